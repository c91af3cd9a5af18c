import { Delta } from './delta.ts';
import {
  ANALYSIS_RATE_HZ,
  FEATURE_COUNT,
  FEATURE_GROUPS,
  type FeatureGroup,
  featureOffset,
  HOP_SAMPLES,
  MFCC_COUNT,
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

  /** `window[WINDOW_SAMPLES]` at 16 kHz, −1..1. */
  compute(window: Float32Array): void {
    const meanSquare = powerSpectrum(window);
    computeLogMel(this.#logMel);
    computeMfcc(this.#mfcc);
    this.#delta.compute(this.#mfcc, this.#deltas);
    this.#deltaDelta.compute(this.#deltas, this.#deltaDeltas);
    this.#computeProsody(meanSquare);
  }

  reset(): void {
    this.#delta.reset();
    this.#deltaDelta.reset();
    this.#pitch.reset();
    this.#rate.reset();
  }

  #computeProsody(meanSquare: number): void {
    this.#pitch.compute();
    this.pitchHz = this.#pitch.pitchHz;
    this.voicing = this.#pitch.voicing;
    this.intensityDb = Math.max(SILENCE_DB, 10 * Math.log10(meanSquare + 1e-12));
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
