import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generatedFiles } from './generated-files.ts';

// Writes every file that is made from the code; test/protocol/generated.test.ts holds them to it.
const root = new URL('..', import.meta.url);
for (const [path, text] of await generatedFiles()) {
  const target = fileURLToPath(new URL(path, root));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
}
