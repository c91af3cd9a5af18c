import { Deltas } from './deltas.ts';
import {
  ANALYSIS_RATE_HZ,
  FEATURE_COUNT,
  FEATURE_GROUPS,
  type FeatureGroup,
  featureOffset,
  HOP_SAMPLES,
} from './layout.ts';
import { computeLogMel } from './log-mel.ts';
import { computeMfcc } from './mfcc.ts';
import { Pitch, VOICED_THRESHOLD } from './pitch.ts';
import { powerSpectrum } from './spectrum.ts';
import { SpeechRate } from './speech-rate.ts';

/** Quietest level that is told apart from silence, in dB of full scale. */
export const SILENCE_DB = -90;
/** The pitch feature is in octaves above this; unvoiced frames hold 0. */
const PITCH_REFERENCE_HZ = 128;

// Scratch memory holds nothing of a leg, so all legs of a process share it, and it stays in the caches.
const features = new Float32Array(FEATURE_COUNT);
const logMel = group('logMel');
const mfcc = group('mfcc');
const deltas = group('delta');
const deltaDeltas = group('deltaDelta');
const prosody = group('prosody');

/**
 * One leg's features: a window of samples in, one vector out (layout.ts says what stands where).
 * Holds only what a leg must remember from frame to frame.
 */
export class FeatureExtractor {
  /** `[FEATURE_COUNT]`, overwritten by the next frame, of any leg. */
  readonly features = features;
  readonly #deltas = new Deltas();
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

  /** `window[WINDOW_SAMPLES]` at 16 kHz, −1..1. */
  compute(window: Float32Array): void {
    const meanSquare = powerSpectrum(window);
    computeLogMel(logMel);
    computeMfcc(mfcc);
    this.#deltas.compute(mfcc, deltas, deltaDeltas);
    this.#computeProsody(meanSquare);
  }

  reset(): void {
    this.#deltas.reset();
    this.#pitch.reset();
    this.#rate.reset();
  }

  #computeProsody(meanSquare: number): void {
    this.#pitch.compute();
    this.pitchHz = this.#pitch.pitchHz;
    this.voicing = this.#pitch.voicing;
    this.intensityDb = Math.max(SILENCE_DB, 10 * Math.log10(meanSquare + 1e-12));
    this.speechRateHz = this.#rate.update(this.intensityDb, this.voicing >= VOICED_THRESHOLD);
    prosody[0] = this.pitchHz > 0 ? Math.log2(this.pitchHz / PITCH_REFERENCE_HZ) : 0;
    prosody[1] = this.voicing;
    prosody[2] = this.intensityDb;
    prosody[3] = this.speechRateHz;
  }
}

/** The part of `features` that holds this group. */
function group(name: FeatureGroup): Float32Array {
  const start = featureOffset(name);
  return features.subarray(start, start + FEATURE_GROUPS[name]);
}
