import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Keeps what is costly to compute from recordings, so that the next run on them starts at once. */
export interface FeatureCache {
  /** The arrays kept under a key; none when there are none, or the file was cut short. */
  read(key: string): Promise<Float32Array[]>;
  write(key: string, arrays: readonly Float32Array[]): Promise<void>;
}

/** A name that changes with anything in `facts`. */
export function cacheKey(facts: unknown): string {
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 40);
}

/** One file a key: the number of arrays, their lengths (uint32 each), their values (float32). */
export function folderCache(folder: string): FeatureCache {
  const pathOf = (key: string) => join(folder, key.slice(0, 2), `${key}.f32`);
  return {
    async read(key) {
      const bytes = await readFile(pathOf(key)).catch(() => null);
      return bytes === null ? [] : decode(bytes);
    },
    async write(key, arrays) {
      const path = pathOf(key);
      await mkdir(join(path, '..'), { recursive: true });
      // Two runs may share a folder: a file appears whole or not at all.
      const partial = `${path}.${process.pid}`;
      await writeFile(partial, encode(arrays));
      await rename(partial, path);
    },
  };
}

function encode(arrays: readonly Float32Array[]): Buffer {
  const header = Uint32Array.of(arrays.length, ...arrays.map((array) => array.length));
  return Buffer.concat([header, ...arrays].map(bytesOf));
}

function bytesOf(array: Uint32Array | Float32Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}

function decode(bytes: Buffer): Float32Array[] {
  const words = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  if (words.byteLength < 4 || words.byteLength % 4 !== 0) return [];
  const count = new Uint32Array(words, 0, 1)[0]!;
  if (words.byteLength < 4 * (1 + count)) return [];
  const lengths = new Uint32Array(words, 4, count);
  const floats = lengths.reduce((sum, length) => sum + length, 0);
  if (words.byteLength !== 4 * (1 + count + floats)) return [];
  let offset = 4 * (1 + count);
  return Array.from(lengths, (length) => {
    const array = new Float32Array(words, offset, length);
    offset += 4 * length;
    return array;
  });
}
