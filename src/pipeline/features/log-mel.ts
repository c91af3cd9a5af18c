import { MEL_BANDS, MEL_HIGH_HZ, MEL_LOW_HZ } from './layout.ts';

/** Energy below which a band counts as empty: about −80 dB of full scale after the window. */
const ENERGY_FLOOR = 1e-5;

/**
 * Triangular bands equally spaced on the mel scale (O'Shaughnessy 1987: 2595·log10(1 + f/700)),
 * unit height, neighbours crossing at one half. Between two edges one band rises and the one below
 * falls, and their weights sum to one: so each bin is multiplied once, for both.
 */
export class LogMel {
  /** Bins of segment s, from edge s up to edge s + 1: `#start[s]` to `#start[s + 1]`. */
  readonly #start = new Uint16Array(MEL_BANDS + 2);
  /** By bin: how far between its segment's edges it lies, 0..1. */
  readonly #rise: Float32Array;

  constructor(sampleRateHz: number, fftSize: number) {
    const hzPerBin = sampleRateHz / fftSize;
    this.#rise = new Float32Array(fftSize / 2 + 1);
    for (let edge = 0; edge < MEL_BANDS + 2; edge++) {
      this.#start[edge] = Math.ceil(edgeHz(edge) / hzPerBin);
    }
    for (let segment = 0; segment <= MEL_BANDS; segment++) {
      const low = edgeHz(segment);
      const width = edgeHz(segment + 1) - low;
      for (let bin = this.#start[segment]!; bin < this.#start[segment + 1]!; bin++) {
        this.#rise[bin] = (bin * hzPerBin - low) / width;
      }
    }
  }

  /** `power[fftSize/2 + 1]` in, natural log of each band's energy into `output[MEL_BANDS]`. */
  compute(power: Float32Array, output: Float32Array): void {
    const rise = this.#rise;
    let rising = 0;
    for (let segment = 0; segment <= MEL_BANDS; segment++) {
      const end = this.#start[segment + 1]!;
      let whole = 0;
      let risen = 0;
      for (let bin = this.#start[segment]!; bin < end; bin++) {
        const value = power[bin]!;
        whole += value;
        risen += value * rise[bin]!;
      }
      // Here the band that rose in the segment before comes down again.
      if (segment > 0) output[segment - 1] = Math.log(rising + whole - risen + ENERGY_FLOOR);
      rising = risen;
    }
  }
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
