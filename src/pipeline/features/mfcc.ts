import { MEL_BANDS, MFCC_COUNT } from './layout.ts';

/** Orthonormal DCT-II of the log-mel bands (Davis and Mermelstein 1980), coefficients 0..12. */
export class Mfcc {
  readonly #basis = new Float64Array(MFCC_COUNT * MEL_BANDS);

  constructor() {
    for (let k = 0; k < MFCC_COUNT; k++) {
      const scale = Math.sqrt((k === 0 ? 1 : 2) / MEL_BANDS);
      for (let n = 0; n < MEL_BANDS; n++) {
        this.#basis[k * MEL_BANDS + n] = scale * Math.cos((Math.PI / MEL_BANDS) * (n + 0.5) * k);
      }
    }
  }

  /** `logMel[MEL_BANDS]` in, `output[MFCC_COUNT]` out. */
  compute(logMel: Float32Array, output: Float32Array): void {
    for (let k = 0; k < MFCC_COUNT; k++) {
      const row = k * MEL_BANDS;
      let sum = 0;
      for (let n = 0; n < MEL_BANDS; n++) sum += this.#basis[row + n]! * logMel[n]!;
      output[k] = sum;
    }
  }
}
