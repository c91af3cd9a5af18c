import assert from 'node:assert/strict';
import {
  drawnStretches,
  largestStretches,
  removeStretches,
  stretchCount,
  sumStretches,
} from '../../../src/evaluation/deletion/removal.ts';
import { createRandom } from '../../../src/training/random.ts';

const PLAN = { stretchFrames: 2, share: 0.4 };
const MEAN = Float32Array.of(-1, -2);
/** Five frames of two features: 0 0, 1 1, 2 2, 3 3, 4 4. */
const FEATURES = Float32Array.from({ length: 10 }, (_, i) => Math.floor(i / 2));

describe('removal', () => {
  it('takes whole stretches, and leaves frames that fill none', () => {
    assert.equal(stretchCount(5, PLAN), 2);
    assert.deepEqual([...sumStretches(Float32Array.of(1, 2, 3, 4, 5), PLAN)], [3, 7]);
  });

  it('cuts a stretch out of time', () => {
    const left = removeStretches(FEATURES, new Set([0]), 2, MEAN, 'cut');
    assert.deepEqual([...left], [2, 2, 3, 3, 4, 4]);
  });

  it('puts the mean frame in the place of a masked one', () => {
    const left = removeStretches(FEATURES, new Set([1]), 2, MEAN, 'masked');
    assert.deepEqual([...left], [0, 0, 1, 1, -1, -2, -1, -2, 4, 4]);
  });

  it('takes the share with the largest values, and at least one', () => {
    const values = Float32Array.of(3, 9, 1, 9, 5);
    assert.deepEqual([...largestStretches(values, PLAN)], [1, 3]);
    assert.deepEqual([...largestStretches(values, { ...PLAN, share: 0.01 })], [1]);
  });

  it('draws as many by chance, the same from the same seed', () => {
    const draw = (seed: number) => [...drawnStretches(10, PLAN, createRandom(seed))];
    assert.equal(new Set(draw(1)).size, 4);
    assert.deepEqual(draw(1), draw(1));
    assert.notDeepEqual(draw(1), draw(2));
  });
});
