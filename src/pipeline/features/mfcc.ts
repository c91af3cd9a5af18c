import { MEL_BANDS, MFCC_COUNT } from './layout.ts';

const HALF = MEL_BANDS / 2;

/**
 * Orthonormal DCT-II of the log-mel bands (Davis and Mermelstein 1980), coefficients 0..12. The
 * cosines are even about the middle for even coefficients and odd for odd ones, so the bands are
 * folded first and half the products suffice.
 */
export class Mfcc {
  /** `[MFCC_COUNT, HALF]` */
  readonly #basis = new Float32Array(MFCC_COUNT * HALF);
  /** Sums of band n and its mirror image, then their differences. */
  readonly #folded = new Float64Array(2 * HALF);

  constructor() {
    for (let k = 0; k < MFCC_COUNT; k++) {
      const scale = Math.sqrt((k === 0 ? 1 : 2) / MEL_BANDS);
      for (let n = 0; n < HALF; n++) {
        this.#basis[k * HALF + n] = scale * Math.cos((Math.PI / MEL_BANDS) * (n + 0.5) * k);
      }
    }
  }

  /** `logMel[MEL_BANDS]` in, `output[MFCC_COUNT]` out. */
  compute(logMel: Float32Array, output: Float32Array): void {
    const folded = this.#folded;
    for (let n = 0; n < HALF; n++) {
      const mirrored = logMel[MEL_BANDS - 1 - n]!;
      folded[n] = logMel[n]! + mirrored;
      folded[HALF + n] = logMel[n]! - mirrored;
    }
    for (let k = 0; k < MFCC_COUNT; k++) output[k] = this.#product(k * HALF, (k & 1) * HALF);
  }

  /** Four sums side by side: one alone would wait for each of its additions. */
  #product(row: number, from: number): number {
    const basis = this.#basis;
    const folded = this.#folded;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let n = 0; n < HALF; n += 4) {
      a += basis[row + n]! * folded[from + n]!;
      b += basis[row + n + 1]! * folded[from + n + 1]!;
      c += basis[row + n + 2]! * folded[from + n + 2]!;
      d += basis[row + n + 3]! * folded[from + n + 3]!;
    }
    return a + b + (c + d);
  }
}
