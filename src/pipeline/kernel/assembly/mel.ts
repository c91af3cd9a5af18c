import { logarithm } from './logarithm';
import {
  cosines,
  FLOAT,
  folded,
  logMel,
  melSegments,
  melWeights,
  mfcc,
  power,
  VECTOR,
} from './memory';
import { lanesOf, reversed } from './spectrum';

const BANDS: usize = 64;
const HALF: usize = BANDS / 2;
const COEFFICIENTS: usize = 13;

/**
 * `power` into `logMel`. Between two edges one band rises and the one below falls, and their weights
 * sum to one: a segment's energy and its risen part give both. `floor` is what an empty band holds.
 */
export function computeLogMel(floor: f32): void {
  let rising: f32 = 0;
  let segment = melSegments;
  for (let band: i32 = -1; band < <i32>BANDS; band++) {
    let at = power + <usize>load<i32>(segment) * FLOAT;
    const end = at + <usize>load<i32>(segment, 4) * VECTOR;
    let weights = melWeights + <usize>load<i32>(segment, 8);
    segment += 12;
    let whole = f32x4.splat(0);
    let risen = f32x4.splat(0);
    for (; at < end; at += VECTOR) {
      const value = v128.load(at);
      whole = f32x4.add(whole, f32x4.mul(value, v128.load(weights)));
      risen = f32x4.add(risen, f32x4.mul(value, v128.load(weights, 16)));
      weights += 2 * VECTOR;
    }
    const risenSum = lanesOf(risen);
    // Here the band that rose in the segment before comes down again.
    if (band >= 0) {
      store<f32>(logMel + <usize>band * FLOAT, rising + lanesOf(whole) - risenSum + floor);
    }
    rising = risenSum;
  }
  for (let at: usize = 0; at < BANDS * FLOAT; at += VECTOR) {
    v128.store(logMel + at, logarithm(v128.load(logMel + at)));
  }
}

/**
 * `logMel` into `mfcc`. The cosines are even about the middle for even coefficients and odd for odd
 * ones, so the bands are folded first and half the products suffice.
 */
export function computeMfcc(): void {
  for (let n: usize = 0; n < HALF; n += 4) {
    const low = v128.load(logMel + n * FLOAT);
    const high = reversed(v128.load(logMel + (BANDS - 4 - n) * FLOAT));
    v128.store(folded + n * FLOAT, f32x4.add(low, high));
    v128.store(folded + (HALF + n) * FLOAT, f32x4.sub(low, high));
  }
  for (let k: usize = 0; k < COEFFICIENTS; k++) {
    const row = cosines + k * HALF * FLOAT;
    const bands = folded + (k & 1) * HALF * FLOAT;
    let sum = f32x4.splat(0);
    for (let n: usize = 0; n < HALF * FLOAT; n += VECTOR) {
      sum = f32x4.add(sum, f32x4.mul(v128.load(row + n), v128.load(bands + n)));
    }
    store<f32>(mfcc + k * FLOAT, lanesOf(sum));
  }
}
