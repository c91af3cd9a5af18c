import { kernel, kernelFloats } from '../kernel/kernel.ts';
import { HANN } from './hann.ts';
import { WINDOW_SAMPLES } from './layout.ts';

/** Places in the kernel's tables of e^(−2πik/n), k = 0 … 259: real parts, then imaginary parts. */
const UNPACK_LENGTH = 260;

const windowEnergy = HANN.reduce((sum, w) => sum + w * w, 0);
const samples = kernelFloats('samples', WINDOW_SAMPLES);

kernelFloats('hann', WINDOW_SAMPLES).set(HANN);
kernelFloats('twiddles512', 1024).set(twiddles(512));
kernelFloats('twiddles256', 512).set(twiddles(256));
kernelFloats('unpack1024', 2 * UNPACK_LENGTH).set(unpackFactors(1024));
kernelFloats('unpack512', 2 * UNPACK_LENGTH).set(unpackFactors(512));

/**
 * Leaves the power spectrum of `window[WINDOW_SAMPLES]`, weighed by Hann's window, in the kernel's
 * `power[WINDOW_SAMPLES / 2 + 1]`, where log-mel and pitch read it; returns the window's mean square
 * (Parseval).
 */
export function powerSpectrum(window: Float32Array): number {
  samples.set(window);
  return kernel.computePower() / (WINDOW_SAMPLES * windowEnergy);
}

/** e^(−2πik/n) as real and imaginary part. */
function rotation(k: number, n: number): readonly [number, number] {
  const angle = (2 * Math.PI * k) / n;
  return [Math.cos(angle), -Math.sin(angle)];
}

/**
 * The factors of a transform of `size` complex numbers in the order in which `assembly/fft.ts` uses
 * them: of the first pass all real and all imaginary parts of w, of w² and of w³; of each later pass,
 * butterfly after butterfly, those six numbers.
 */
function twiddles(size: number): number[] {
  const powers = [1, 2, 3];
  const quarter = size / 4;
  const factors = powers.flatMap((power) =>
    [0, 1].flatMap((part) =>
      Array.from({ length: quarter }, (_, p) => rotation(power * p, size)[part]!),
    ),
  );
  for (let length = quarter; length >= 4; length /= 4) {
    for (let p = 0; p < length / 4; p++) {
      for (const power of powers) factors.push(...rotation(power * p, length));
    }
  }
  return factors;
}

function unpackFactors(n: number): number[] {
  const factors = Array.from({ length: UNPACK_LENGTH }, (_, k) => rotation(k, n));
  return [...factors.map(([real]) => real), ...factors.map(([, imaginary]) => imaginary)];
}
