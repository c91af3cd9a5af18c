import { MEL_BANDS, MEL_HIGH_HZ, MEL_LOW_HZ } from './layout.ts';

/** Energy below which a band counts as empty: about −80 dB of full scale after the window. */
const ENERGY_FLOOR = 1e-5;

/**
 * Triangular bands equally spaced on the mel scale (O'Shaughnessy 1987: 2595·log10(1 + f/700)),
 * unit height, neighbours crossing at one half. Stored as runs of weights: most are zero.
 */
export class LogMel {
  readonly #firstBin = new Uint16Array(MEL_BANDS);
  readonly #start = new Uint16Array(MEL_BANDS + 1);
  readonly #weights: Float64Array;

  constructor(sampleRateHz: number, fftSize: number) {
    const weights: number[] = [];
    const hzPerBin = sampleRateHz / fftSize;
    for (let band = 0; band < MEL_BANDS; band++) {
      const [low, centre, high] = bandEdgesHz(band);
      const first = Math.ceil(low / hzPerBin);
      const last = Math.floor(high / hzPerBin);
      this.#firstBin[band] = first;
      this.#start[band] = weights.length;
      for (let bin = first; bin <= last; bin++) {
        const hz = bin * hzPerBin;
        weights.push(hz <= centre ? (hz - low) / (centre - low) : (high - hz) / (high - centre));
      }
    }
    this.#start[MEL_BANDS] = weights.length;
    this.#weights = Float64Array.from(weights);
  }

  /** `power[fftSize/2 + 1]` in, natural log of each band's energy into `output[MEL_BANDS]`. */
  compute(power: Float64Array, output: Float32Array): void {
    for (let band = 0; band < MEL_BANDS; band++) {
      let bin = this.#firstBin[band]!;
      const end = this.#start[band + 1]!;
      let energy = 0;
      for (let i = this.#start[band]!; i < end; i++) energy += this.#weights[i]! * power[bin++]!;
      output[band] = Math.log(energy + ENERGY_FLOOR);
    }
  }
}

/** Lower edge, centre and upper edge of a band in hertz. */
export function bandEdgesHz(band: number): [number, number, number] {
  const low = hzToMel(MEL_LOW_HZ);
  const step = (hzToMel(MEL_HIGH_HZ) - low) / (MEL_BANDS + 1);
  return [
    melToHz(low + band * step),
    melToHz(low + (band + 1) * step),
    melToHz(low + (band + 2) * step),
  ];
}

function hzToMel(hz: number): number {
  return 2595 * Math.log10(1 + hz / 700);
}

function melToHz(mel: number): number {
  return 700 * (10 ** (mel / 2595) - 1);
}
