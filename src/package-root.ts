import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The package's own folder, whether the code runs from `src` or from `dist`. */
export const PACKAGE_ROOT = fileURLToPath(new URL('..', import.meta.url));

const manifest: { readonly version: string } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
);

/** Tonewire's version, as published. */
export const VERSION = manifest.version;
