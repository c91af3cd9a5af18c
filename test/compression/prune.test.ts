import assert from 'node:assert/strict';
import fc from 'fast-check';
import { prune } from '../../src/compression/prune.ts';
import { createRandom } from '../../src/training/random.ts';

describe('prune', () => {
  it('sets the asked share to zero and leaves the largest as they were', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 400 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (seed, length, share) => {
          const random = createRandom(seed);
          const values = Float32Array.from({ length }, () => random.normal());
          const pruned = prune(values, share);
          const gone = values.filter((_, i) => pruned[i] === 0).map(Math.abs);
          const kept = values.filter((_, i) => pruned[i] !== 0);
          assert.equal(gone.length, Math.floor(share * length));
          assert.deepEqual(
            kept,
            pruned.filter((value) => value !== 0),
          );
          const smallestKept = kept.reduce(
            (least, value) => Math.min(least, Math.abs(value)),
            Infinity,
          );
          assert.ok(gone.every((value) => value <= smallestKept));
        },
      ),
    );
  });

  it('changes nothing of what it was given', () => {
    const values = Float32Array.of(3, -1, 2);
    assert.deepEqual([...prune(values, 0.4)], [3, 0, 2]);
    assert.deepEqual([...values], [3, -1, 2]);
  });
});
