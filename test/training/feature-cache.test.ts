import assert from 'node:assert/strict';
import { mkdtemp, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheKey, folderCache } from '../../src/training/feature-cache.ts';

describe('folderCache', () => {
  it('gives back what was written, and nothing for what was not', async () => {
    const cache = folderCache(await mkdtemp(join(tmpdir(), 'tonewire-')));
    const arrays = [Float32Array.of(1, 2.5), new Float32Array(0), Float32Array.of(-3)];
    await cache.write('abcdef', arrays);
    assert.deepEqual(await cache.read('abcdef'), arrays);
    assert.deepEqual(await cache.read('abcdee'), []);
  });

  it('takes a file that was cut short for none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tonewire-'));
    const cache = folderCache(folder);
    await cache.write('abcdef', [Float32Array.of(1, 2, 3)]);
    await truncate(join(folder, 'ab', 'abcdef.f32'), 12);
    assert.deepEqual(await cache.read('abcdef'), []);
  });

  it('has another key for any other fact', () => {
    assert.notEqual(cacheKey(['a', 1]), cacheKey(['a', 2]));
    assert.equal(cacheKey(['a', { b: 1 }]), cacheKey(['a', { b: 1 }]));
  });
});
