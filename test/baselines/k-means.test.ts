import assert from 'node:assert/strict';
import { kMeans } from '../../src/baselines/k-means.ts';
import { createRandom } from '../../src/training/random.ts';

describe('kMeans', () => {
  it('parts groups that lie apart', () => {
    const random = createRandom(1);
    const rows = Float64Array.from({ length: 300 }, (_, i) => (i % 3) * 10 + random.normal());
    const owners = kMeans(rows, 1, 3, random);
    const first = [...owners.subarray(0, 3)];
    assert.deepEqual(first.toSorted(), [0, 1, 2]);
    assert.ok(owners.every((owner, i) => owner === first[i % 3]));
  });

  it('gives the same clusters for the same seed', () => {
    const random = createRandom(2);
    const rows = Float64Array.from({ length: 200 }, () => random.normal());
    assert.deepEqual(kMeans(rows, 2, 4, createRandom(3)), kMeans(rows, 2, 4, createRandom(3)));
  });

  it('takes fewer rows than clusters, equal rows, and none', () => {
    const random = createRandom(4);
    assert.equal(kMeans(Float64Array.of(1, 2), 1, 4, random).length, 2);
    assert.equal(kMeans(new Float64Array(8), 1, 3, random).length, 8);
    assert.equal(kMeans(new Float64Array(0), 1, 3, random).length, 0);
  });
});
