import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '../../../src/pipeline/engines/tensorflow-backend.ts';
import { addToPeak, type PeakSums, peakOf } from '../../../src/pipeline/network/peak.ts';
import { DEFAULT_SHAPE } from '../../../src/pipeline/network/shape.ts';

const SHAPE = { ...DEFAULT_SHAPE, hiddenUnits: 1, peakSharpness: 4, peakFallMs: 8000 };
const FRAMES_TO_FALL = SHAPE.peakFallMs / SHAPE.hopMs;

/** The peak of one unit of one leg after each of these values. */
function peaksAfter(values: readonly number[]): number[] {
  return tf.tidy(() => {
    let sums: PeakSums = { count: tf.zeros([1, 1]), sum: tf.zeros([1, 1]) };
    return values.map((value) => {
      sums = addToPeak(SHAPE, tf.tensor2d([[value]]), sums);
      return peakOf(SHAPE, sums).dataSync()[0]!;
    });
  });
}

describe('peak', () => {
  before(() => useBackend('wasm'));

  it('is the value itself while the value does not change', () => {
    for (const peak of peaksAfter(new Array(50).fill(0.7))) assert.ok(Math.abs(peak - 0.7) < 1e-5);
  });

  it('lies between the mean and the largest value, near the largest', () => {
    const [peak] = peaksAfter([0, 0, 0, 3, 0, 0]).slice(-1);
    assert.ok(peak! > 2.5 && peak! < 3, `${peak}`);
  });

  it('falls by one in the time that the shape names', () => {
    const after = peaksAfter([9, ...new Array(4 * FRAMES_TO_FALL).fill(0)]);
    // From the second fall on the faded number of frames has settled, and the fall is even.
    const fallen = after[2 * FRAMES_TO_FALL]! - after[3 * FRAMES_TO_FALL]!;
    assert.ok(Math.abs(fallen - 1) < 0.01, `${fallen}`);
  });

  it('stays finite where a unit is larger than single precision could raise', () => {
    const [peak] = peaksAfter(new Array(300).fill(1000)).slice(-1);
    assert.ok(Math.abs(peak! - 15) < 1e-4, `${peak}`);
  });
});
