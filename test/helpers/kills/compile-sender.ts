import { execFileSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** Compiles killed-sender.ts into `folder`, because a process that is to die soon must start fast; returns its path. */
export function compileSender(folder: string): string {
  const source = 'test/helpers/kills/killed-sender.ts';
  const config = {
    extends: join(ROOT, 'tsconfig.json'),
    compilerOptions: { noEmit: false, rootDir: ROOT, outDir: folder, typeRoots: [types] },
    include: [],
    files: [join(ROOT, source)],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  execFileSync(process.execPath, [tsc, '-p', folder], { stdio: 'inherit' });
  return join(folder, source.replace(/ts$/, 'js'));
}

const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
const types = join(ROOT, 'node_modules/@types');
