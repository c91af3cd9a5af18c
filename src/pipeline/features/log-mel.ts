import { kernel, kernelFloats, kernelIntegers, LANES } from '../kernel/kernel.ts';
import { ANALYSIS_RATE_HZ, MEL_BANDS, MEL_HIGH_HZ, MEL_LOW_HZ, WINDOW_SAMPLES } from './layout.ts';

/** Energy below which a band counts as empty: about −80 dB of full scale after the window. */
const ENERGY_FLOOR = 1e-5;
const HZ_PER_BIN = ANALYSIS_RATE_HZ / WINDOW_SAMPLES;

const logMel = kernelFloats('logMel', MEL_BANDS);
fillTables();

/**
 * Natural log of each band's energy, of the spectrum that `powerSpectrum` left, into
 * `output[MEL_BANDS]`. Triangular bands equally spaced on the mel scale (O'Shaughnessy 1987:
 * 2595·log10(1 + f/700)), unit height, neighbours crossing at one half.
 */
export function computeLogMel(output: Float32Array): void {
  kernel.computeLogMel(ENERGY_FLOOR);
  output.set(logMel);
}

/**
 * Segment s lies between the edges s and s + 1: there band s rises and band s − 1 falls. For each its
 * first bin, how many vectors of bins, and where in bytes its weights lie: by vector, 1 for the bins
 * that belong to it, then how far between the edges each lies, 0..1.
 */
function fillTables(): void {
  const segments = kernelIntegers('melSegments', 3 * (MEL_BANDS + 1));
  const weights: number[] = [];
  for (let segment = 0; segment <= MEL_BANDS; segment++) {
    const low = edgeHz(segment);
    const high = edgeHz(segment + 1);
    const first = Math.ceil(low / HZ_PER_BIN);
    const end = Math.ceil(high / HZ_PER_BIN);
    const vectors = Math.ceil((end - first) / LANES);
    segments.set([first, vectors, weights.length * Float32Array.BYTES_PER_ELEMENT], 3 * segment);
    for (let bin = first; bin < end; bin += LANES) {
      const bins = Array.from({ length: LANES }, (_, lane) => bin + lane);
      weights.push(...bins.map((b) => (b < end ? 1 : 0)));
      weights.push(...bins.map((b) => (b < end ? (b * HZ_PER_BIN - low) / (high - low) : 0)));
    }
  }
  kernelFloats('melWeights', weights.length).set(weights);
}

/** Where band `edge` begins, band `edge` − 1 has its centre, and band `edge` − 2 ends, in hertz. */
function edgeHz(edge: number): number {
  const low = hzToMel(MEL_LOW_HZ);
  const step = (hzToMel(MEL_HIGH_HZ) - low) / (MEL_BANDS + 1);
  return melToHz(low + edge * step);
}

function hzToMel(hz: number): number {
  return 2595 * Math.log10(1 + hz / 700);
}

function melToHz(mel: number): number {
  return 700 * (10 ** (mel / 2595) - 1);
}
