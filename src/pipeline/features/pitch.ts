import { kernel, kernelFloats } from '../kernel/kernel.ts';
import { HANN } from './hann.ts';
import { ANALYSIS_RATE_HZ, WINDOW_SAMPLES } from './layout.ts';

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

/** In the band; with less a frame has no pitch. */
const LEAST_ENERGY = 1e-9;

const FIRST_LAG = Math.floor(LAG_RATE_HZ / HIGHEST_HZ);
const LAST_LAG = Math.ceil(LAG_RATE_HZ / LOWEST_HZ);
const HZ_PER_BIN = ANALYSIS_RATE_HZ / WINDOW_SAMPLES;
const FIRST_BIN = Math.ceil(BAND_LOW_HZ / HZ_PER_BIN);
const LAST_BIN = Math.floor(BAND_HIGH_HZ / HZ_PER_BIN);

const correlation = kernelFloats('correlation', LAST_LAG + 2);
kernelFloats('pitchBand', LAST_BIN + 1).fill(1, FIRST_BIN);
kernelFloats('lagGains', LAST_LAG + 2).set(windowGains());

/**
 * Pitch by the autocorrelation of the windowed frame divided by that of its window (P. Boersma,
 * "Accurate short-term analysis of the fundamental frequency…", IFA Proceedings 17, 1993). The
 * autocorrelation is the inverse transform of the power spectrum, which is there already, limited to
 * the harmonics that matter.
 */
export class Pitch {
  #previousHz = 0;

  /** Pitch in hertz of the newest frame, 0 when unvoiced. */
  pitchHz = 0;
  /** How periodic the newest frame is, 0..1. */
  voicing = 0;

  /** Of the window whose spectrum `powerSpectrum` left; the result is in `pitchHz` and `voicing`. */
  compute(): void {
    this.pitchHz = 0;
    this.voicing = 0;
    if (kernel.computeCorrelation() > LEAST_ENERGY) this.#pickPeak();
    this.#previousHz = this.pitchHz;
  }

  reset(): void {
    this.#previousHz = 0;
    this.pitchHz = 0;
    this.voicing = 0;
  }

  #pickPeak(): void {
    let best = -Infinity;
    for (let lag = FIRST_LAG; lag <= LAST_LAG; lag++) {
      const before = correlation[lag - 1]!;
      const here = correlation[lag]!;
      const after = correlation[lag + 1]!;
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
}

/** `1 / (the window's own normalised autocorrelation)` at each lag. */
function windowGains(): Float32Array {
  const samplesPerLag = ANALYSIS_RATE_HZ / LAG_RATE_HZ;
  const zeroLag = autocorrelation(0);
  return Float32Array.from(
    { length: LAST_LAG + 2 },
    (_, lag) => zeroLag / autocorrelation(lag * samplesPerLag),
  );
}

function autocorrelation(lagSamples: number): number {
  let sum = 0;
  for (let i = lagSamples; i < WINDOW_SAMPLES; i++) sum += HANN[i]! * HANN[i - lagSamples]!;
  return sum;
}
