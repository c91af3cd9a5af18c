import { transform } from './fft';
import {
  FLOAT,
  first,
  hann,
  power,
  samples,
  second,
  twiddles512,
  unpack1024,
  VECTOR,
} from './memory';

// A real signal of 1,024 samples is transformed as 512 complex numbers, the even samples and the odd
// ones, and told apart afterwards: X[k] = E + W^k·O and X[512 − k] = conj(E − W^k·O), where E and O
// are the transforms of the even and of the odd samples (Numerical Recipes, §12.3).

const HALF: usize = 512;
const IMAGINARY: usize = HALF * FLOAT;

/** Weighs the window and leaves its power spectrum in `power`; returns the sum over all 1,024 bins. */
export function computePower(): f32 {
  weigh();
  const z = transform(512, first, second, twiddles512);
  let sum = f32x4.splat(0);
  // The last round begins at bin 253 and ends at 256, which is its own mirror image.
  for (let k: usize = 1; k <= HALF / 2 - 3; k += 4) {
    const here = z + k * FLOAT;
    const there = z + (HALF - k - 3) * FLOAT;
    const re = v128.load(here);
    const im = v128.load(here + IMAGINARY);
    const mirroredRe = reversed(v128.load(there));
    const mirroredIm = reversed(v128.load(there + IMAGINARY));
    const evenRe = f32x4.add(re, mirroredRe);
    const evenIm = f32x4.sub(im, mirroredIm);
    const oddRe = f32x4.add(im, mirroredIm);
    const oddIm = f32x4.sub(mirroredRe, re);
    const w = unpack1024 + k * FLOAT;
    const wRe = v128.load(w);
    const wIm = v128.load(w + 260 * FLOAT);
    const turnedRe = f32x4.sub(f32x4.mul(oddRe, wRe), f32x4.mul(oddIm, wIm));
    const turnedIm = f32x4.add(f32x4.mul(oddRe, wIm), f32x4.mul(oddIm, wRe));
    const low = squared(f32x4.add(evenRe, turnedRe), f32x4.add(evenIm, turnedIm));
    const high = squared(f32x4.sub(evenRe, turnedRe), f32x4.sub(evenIm, turnedIm));
    v128.store(power + k * FLOAT, low);
    v128.store(power + (HALF - k - 3) * FLOAT, reversed(high));
    sum = f32x4.add(sum, f32x4.add(low, high));
  }
  return withEnds(z, lanesOf(sum));
}

/** Bins 0 and 512, and the sum over all: every bin but these two and the middle one counts twice. */
function withEnds(z: usize, sum: f32): f32 {
  const re = load<f32>(z);
  const im = load<f32>(z + IMAGINARY);
  const lowest = (re + im) * (re + im);
  const highest = (re - im) * (re - im);
  store<f32>(power, lowest);
  store<f32>(power + HALF * FLOAT, highest);
  // The middle bin was added twice above, as a low one and as a high one.
  const middle = load<f32>(power + (HALF / 2) * FLOAT);
  return 2 * (sum - middle) + lowest + highest;
}

/** Even samples become real parts, odd ones imaginary parts. */
function weigh(): void {
  for (let i: usize = 0; i < HALF; i += 4) {
    const at = (i << 1) * FLOAT;
    const a = f32x4.mul(v128.load(samples + at), v128.load(hann + at));
    const b = f32x4.mul(v128.load(samples + at + VECTOR), v128.load(hann + at + VECTOR));
    v128.store(first + i * FLOAT, v128.shuffle<f32>(a, b, 0, 2, 4, 6));
    v128.store(first + IMAGINARY + i * FLOAT, v128.shuffle<f32>(a, b, 1, 3, 5, 7));
  }
}

export function reversed(vector: v128): v128 {
  return v128.shuffle<f32>(vector, vector, 3, 2, 1, 0);
}

/** A quarter of the square: even and odd parts above are twice too large. */
function squared(re: v128, im: v128): v128 {
  return f32x4.mul(f32x4.splat(0.25), f32x4.add(f32x4.mul(re, re), f32x4.mul(im, im)));
}

/** The sum of a vector's lanes. */
export function lanesOf(vector: v128): f32 {
  return (
    f32x4.extract_lane(vector, 0) +
    f32x4.extract_lane(vector, 1) +
    (f32x4.extract_lane(vector, 2) + f32x4.extract_lane(vector, 3))
  );
}
