import { kernel, kernelFloats } from '../kernel/kernel.ts';
import { MEL_BANDS, MFCC_COUNT } from './layout.ts';

const HALF = MEL_BANDS / 2;

const mfcc = kernelFloats('mfcc', MFCC_COUNT);
const cosines = kernelFloats('cosines', MFCC_COUNT * HALF);
for (let k = 0; k < MFCC_COUNT; k++) {
  const scale = Math.sqrt((k === 0 ? 1 : 2) / MEL_BANDS);
  for (let n = 0; n < HALF; n++) {
    cosines[k * HALF + n] = scale * Math.cos((Math.PI / MEL_BANDS) * (n + 0.5) * k);
  }
}

/**
 * Orthonormal DCT-II (Davis and Mermelstein 1980), coefficients 0..12, of the bands that
 * `computeLogMel` computed last, into `output[MFCC_COUNT]`.
 */
export function computeMfcc(output: Float32Array): void {
  kernel.computeMfcc();
  output.set(mfcc);
}
