import { writeSync } from 'node:fs';
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

/** For `node --import`: writes the address of every module that a file of src/ imports to standard error. */
if (isMainThread) register(import.meta.url);

const STANDARD_ERROR = 2;

export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  if (context.parentURL?.includes('/src/')) writeSync(STANDARD_ERROR, `imported ${found.url}\n`);
  return found;
}
