import { RealFft } from './fft.ts';

const LOWEST_HZ = 60;
const HIGHEST_HZ = 500;
/** Harmonics above this say little about the period, and telephones and noise change them most. */
const BAND_HIGH_HZ = 2000;
/** Below this lie mains hum and handling noise. */
const BAND_LOW_HZ = 50;
/** Rate at which the autocorrelation is sampled; four times the band, so a parabola finds its peaks. */
const LAG_RATE_HZ = 8000;
/** Favours the shorter of two equal periods (Boersma 1993, "octave cost"). */
const OCTAVE_COST = 0.02;
/** Favours a pitch near the previous frame's ("octave-jump cost"), here without looking ahead. */
const JUMP_COST = 0.12;
/** Normalised autocorrelation from which a frame counts as voiced (Boersma's default). */
export const VOICED_THRESHOLD = 0.45;

/**
 * Pitch by the autocorrelation of the windowed frame divided by that of its window (P. Boersma,
 * "Accurate short-term analysis of the fundamental frequency…", IFA Proceedings 17, 1993). The
 * autocorrelation is the inverse transform of the power spectrum, which the log-mel stage has
 * already paid for, limited to the harmonics that matter.
 */
export class Pitch {
  readonly #firstBin: number;
  readonly #lastBin: number;
  readonly #fft: RealFft;
  /** `1 / (window's own normalised autocorrelation)` at each lag. */
  readonly #windowGain: Float64Array;
  readonly #firstLag = Math.floor(LAG_RATE_HZ / HIGHEST_HZ);
  readonly #lastLag = Math.ceil(LAG_RATE_HZ / LOWEST_HZ);
  #previousHz = 0;

  /** Pitch in hertz of the newest frame, 0 when unvoiced. */
  pitchHz = 0;
  /** How periodic the newest frame is, 0..1. */
  voicing = 0;

  constructor(sampleRateHz: number, window: Float64Array) {
    const hzPerBin = sampleRateHz / window.length;
    const size = (window.length * LAG_RATE_HZ) / sampleRateHz;
    this.#firstBin = Math.ceil(BAND_LOW_HZ / hzPerBin);
    this.#lastBin = Math.floor(BAND_HIGH_HZ / hzPerBin);
    this.#fft = new RealFft(size);
    this.#windowGain = windowGain(window, sampleRateHz / LAG_RATE_HZ, this.#lastLag + 2);
  }

  /** `power[window/2 + 1]` of the frame in; the result is in `pitchHz` and `voicing`. */
  compute(power: Float64Array): void {
    const { signal, size } = this.#fft;
    for (let bin = this.#firstBin; bin <= this.#lastBin; bin++) {
      signal[bin] = power[bin]!;
      signal[size - bin] = power[bin]!;
    }
    this.#fft.transform(); // real and even in, so real and even out
    const energy = this.#fft.spectrum[0]!;
    this.pitchHz = 0;
    this.voicing = 0;
    if (energy > 1e-9) this.#pickPeak(1 / energy);
    this.#previousHz = this.pitchHz;
  }

  reset(): void {
    this.#previousHz = 0;
    this.pitchHz = 0;
    this.voicing = 0;
  }

  #pickPeak(scale: number): void {
    let best = -Infinity;
    for (let lag = this.#firstLag; lag <= this.#lastLag; lag++) {
      const before = this.#correlation(lag - 1) * scale;
      const here = this.#correlation(lag) * scale;
      const after = this.#correlation(lag + 1) * scale;
      if (here < before || here <= after || here < VOICED_THRESHOLD / 2) continue;
      const curvature = before - 2 * here + after;
      const shift = (0.5 * (before - after)) / curvature;
      const height = here - 0.25 * (before - after) * shift;
      const hz = LAG_RATE_HZ / (lag + shift);
      const strength = height - this.#cost(hz);
      if (strength <= best) continue;
      best = strength;
      this.voicing = Math.min(1, height);
      this.pitchHz = height >= VOICED_THRESHOLD ? hz : 0;
    }
  }

  #cost(hz: number): number {
    const jump = this.#previousHz > 0 ? Math.abs(Math.log2(hz / this.#previousHz)) : 0;
    return OCTAVE_COST * Math.log2(HIGHEST_HZ / hz) + JUMP_COST * Math.min(1, jump);
  }

  #correlation(lag: number): number {
    return this.#fft.spectrum[2 * lag]! * this.#windowGain[lag]!;
  }
}

function windowGain(window: Float64Array, samplesPerLag: number, lagCount: number): Float64Array {
  const zeroLag = autocorrelation(window, 0);
  return Float64Array.from(
    { length: lagCount },
    (_, lag) => zeroLag / autocorrelation(window, lag * samplesPerLag),
  );
}

function autocorrelation(window: Float64Array, lagSamples: number): number {
  let sum = 0;
  for (let i = lagSamples; i < window.length; i++) sum += window[i]! * window[i - lagSamples]!;
  return sum;
}
