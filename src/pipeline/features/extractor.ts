import { Delta } from './delta.ts';
import { RealFft } from './fft.ts';
import { HANN } from './hann.ts';
import {
  ANALYSIS_RATE_HZ,
  FEATURE_COUNT,
  FEATURE_GROUPS,
  type FeatureGroup,
  featureOffset,
  HOP_SAMPLES,
  MFCC_COUNT,
  WINDOW_SAMPLES,
} from './layout.ts';
import { LogMel } from './log-mel.ts';
import { Mfcc } from './mfcc.ts';
import { Pitch, VOICED_THRESHOLD } from './pitch.ts';
import { SpeechRate } from './speech-rate.ts';

/** Quietest level that is told apart from silence, in dB of full scale. */
export const SILENCE_DB = -90;
/** The pitch feature is in octaves above this; unvoiced frames hold 0. */
const PITCH_REFERENCE_HZ = 128;

const windowEnergy = HANN.reduce((sum, w) => sum + w * w, 0);

// Scratch memory and tables hold nothing of a leg, so all legs of a process share them.
const fft = new RealFft(WINDOW_SAMPLES);
const power = new Float32Array(WINDOW_SAMPLES / 2 + 1);
const logMel = new LogMel(ANALYSIS_RATE_HZ, WINDOW_SAMPLES);
const mfcc = new Mfcc();

/**
 * One leg's features: a window of samples in, one vector out (layout.ts says what stands where).
 * Holds only what a leg must remember from frame to frame.
 */
export class FeatureExtractor {
  /** `[FEATURE_COUNT]`, overwritten by each frame. */
  readonly features = new Float32Array(FEATURE_COUNT);
  readonly #logMel = this.#group('logMel');
  readonly #mfcc = this.#group('mfcc');
  readonly #deltas = this.#group('delta');
  readonly #deltaDeltas = this.#group('deltaDelta');
  readonly #prosody = this.#group('prosody');
  readonly #delta = new Delta(MFCC_COUNT);
  readonly #deltaDelta = new Delta(MFCC_COUNT);
  readonly #pitch = new Pitch();
  readonly #rate = new SpeechRate(HOP_SAMPLES / ANALYSIS_RATE_HZ);

  /** Of the newest frame: hertz, 0 when unvoiced. */
  pitchHz = 0;
  /** 0..1. */
  voicing = 0;
  /** dB of full scale. */
  intensityDb = SILENCE_DB;
  /** Syllables per second of speech. */
  speechRateHz = 0;

  /** `samples[start .. start + WINDOW_SAMPLES)` at 16 kHz, −1..1. */
  compute(samples: Float32Array, start: number): void {
    const { signal } = fft;
    for (let i = 0; i < WINDOW_SAMPLES; i++) signal[i] = samples[start + i]! * HANN[i]!;
    fft.transform();
    const energy = powerSpectrum();
    logMel.compute(power, this.#logMel);
    mfcc.compute(this.#logMel, this.#mfcc);
    this.#delta.compute(this.#mfcc, this.#deltas);
    this.#deltaDelta.compute(this.#deltas, this.#deltaDeltas);
    this.#computeProsody(energy);
  }

  reset(): void {
    this.#delta.reset();
    this.#deltaDelta.reset();
    this.#pitch.reset();
    this.#rate.reset();
  }

  #computeProsody(energy: number): void {
    this.#pitch.compute(power);
    this.pitchHz = this.#pitch.pitchHz;
    this.voicing = this.#pitch.voicing;
    this.intensityDb = Math.max(SILENCE_DB, 10 * Math.log10(energy + 1e-12));
    this.speechRateHz = this.#rate.update(this.intensityDb, this.voicing >= VOICED_THRESHOLD);
    const prosody = this.#prosody;
    prosody[0] = this.pitchHz > 0 ? Math.log2(this.pitchHz / PITCH_REFERENCE_HZ) : 0;
    prosody[1] = this.voicing;
    prosody[2] = this.intensityDb;
    prosody[3] = this.speechRateHz;
  }

  #group(group: FeatureGroup): Float32Array {
    const start = featureOffset(group);
    return this.features.subarray(start, start + FEATURE_GROUPS[group]);
  }
}

/** Fills `power` from the transform; returns the frame's mean square (Parseval). */
function powerSpectrum(): number {
  const { spectrum } = fft;
  const last = power.length - 1;
  const first = spectrum[0]! ** 2;
  const middle = spectrum[1]! ** 2;
  let sum = 0;
  for (let k = 1; k < last; k++) {
    const real = spectrum[2 * k]!;
    const imaginary = spectrum[2 * k + 1]!;
    const value = real * real + imaginary * imaginary;
    power[k] = value;
    sum += value;
  }
  power[0] = first;
  power[last] = middle;
  const oneSided = 2 * sum + first + middle;
  return oneSided / (WINDOW_SAMPLES * windowEnergy);
}
