import { transform } from './fft';
import {
  correlation,
  FLOAT,
  first,
  lagGains,
  pitchBand,
  power,
  second,
  twiddles256,
  unpack512,
  VECTOR,
} from './memory';
import { reversed } from './spectrum';

const HALF: usize = 256;
const IMAGINARY: usize = HALF * FLOAT;
/** Bins at and above this are empty. */
const BAND_END: usize = 136;
/** The first of the 124 lags. */
const FIRST_LAG: usize = 12;
const LAST_LAG: usize = 135;
/** A frame with less in the band has no pitch. */
const LEAST_ENERGY: f32 = 1e-9;

/**
 * The autocorrelation of the window whose spectrum is in `power`, in steps of 1/8000 s, as the
 * transform of the power itself, limited to the band; divided by its energy and by the window's own.
 * Returns that energy; at or below 1e-9 nothing is computed.
 */
export function computeCorrelation(): f32 {
  spread();
  const z = transform(256, first, second, twiddles256);
  const energy = load<f32>(z) + load<f32>(z + IMAGINARY);
  if (energy <= LEAST_ENERGY) return energy;
  const half = f32x4.splat(0.5 / energy);
  for (let k = FIRST_LAG; k <= LAST_LAG; k += 4) {
    const here = z + k * FLOAT;
    const there = z + (HALF - k - 3) * FLOAT;
    const re = v128.load(here);
    const mirroredRe = reversed(v128.load(there));
    const oddRe = f32x4.add(v128.load(here + IMAGINARY), reversed(v128.load(there + IMAGINARY)));
    const oddIm = f32x4.sub(mirroredRe, re);
    const w = unpack512 + k * FLOAT;
    const turned = f32x4.sub(
      f32x4.mul(oddRe, v128.load(w)),
      f32x4.mul(oddIm, v128.load(w + 260 * FLOAT)),
    );
    const twice = f32x4.add(f32x4.add(re, mirroredRe), turned);
    const gain = f32x4.mul(half, v128.load(lagGains + k * FLOAT));
    v128.store(correlation + k * FLOAT, f32x4.mul(twice, gain));
  }
  return energy;
}

/** The band's power and its mirror image, 512 real numbers, as 256 complex ones. */
function spread(): void {
  for (let n: usize = 0; n < BAND_END; n += 8) {
    const at = n * FLOAT;
    const a = f32x4.mul(v128.load(power + at), v128.load(pitchBand + at));
    const b = f32x4.mul(v128.load(power + at + VECTOR), v128.load(pitchBand + at + VECTOR));
    const even = v128.shuffle<f32>(a, b, 0, 2, 4, 6);
    const odd = v128.shuffle<f32>(a, b, 1, 3, 5, 7);
    const place = first + (n >> 1) * FLOAT;
    v128.store(place, even);
    v128.store(place + IMAGINARY, odd);
    // Sample 512 − n mirrors sample n: an even one at place 256 − n/2, an odd one at 255 − (n−1)/2.
    const mirror = first + (HALF - (n >> 1) - 3) * FLOAT;
    if (n > 0) v128.store(mirror, reversed(even));
    else storeMirroredWithoutFirst(mirror, even);
    v128.store(mirror + IMAGINARY - FLOAT, reversed(odd));
  }
  const gap = (BAND_END >> 1) * FLOAT;
  const zeros = IMAGINARY - 2 * gap;
  memory.fill(first + gap, 0, zeros + FLOAT);
  memory.fill(first + IMAGINARY + gap, 0, zeros);
}

/** Sample 0 has no mirror image: its place would be the first one of the imaginary parts. */
function storeMirroredWithoutFirst(mirror: usize, even: v128): void {
  store<f32>(mirror, f32x4.extract_lane(even, 3));
  store<f32>(mirror + FLOAT, f32x4.extract_lane(even, 2));
  store<f32>(mirror + 2 * FLOAT, f32x4.extract_lane(even, 1));
}
