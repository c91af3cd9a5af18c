import { EMOTIONS, type Emotion, type Label } from '../protocol/labels.ts';
import { argmax, normalisedEntropy } from './calibration.ts';

/** When a label is claimed and when it is let go. */
export interface SmootherOptions {
  /** Speech to hear before anything is claimed. */
  readonly minSpeechMs: number;
  /** Calibrated probability from which a reading counts towards a label. */
  readonly enterProbability: number;
  /** Readings in a row that establish a label. */
  readonly enterReadings: number;
  /** Probability below which an established label is let go. */
  readonly leaveProbability: number;
  /** Share of the largest entropy above which no label is clear, 0..1. */
  readonly maxEntropy: number;
  /** Silence after which the shown confidence has halved. */
  readonly confidenceHalfLifeMs: number;
}

/** Below this, a confidence that decayed in silence is no longer a claim. */
const FADED_CONFIDENCE = 0.2;

/**
 * Turns readings into a label that does not flicker: it is entered after several clear readings
 * and left only when its probability falls well below that (hysteresis).
 */
export class Smoother {
  readonly #options: SmootherOptions;
  readonly #outcomes: number;
  #established: Emotion | null = null;
  #candidate: Emotion | null = null;
  #candidateReadings = 0;
  #speechMs = 0;
  #confidence = 0;
  #heardAtMs = 0;

  /** `outcomes`: how many of the eight emotions can be told. */
  constructor(options: SmootherOptions, outcomes: number) {
    this.#options = options;
    this.#outcomes = outcomes;
  }

  /** Takes one reading: calibrated `probabilities[8]` after `speechMs` of speech, heard up to `atMs`. */
  read(probabilities: Float32Array, speechMs: number, atMs: number): void {
    this.#speechMs = speechMs;
    this.#heardAtMs = atMs;
    const best = argmax(probabilities);
    const clear = this.#isClear(probabilities, best);
    this.#follow(clear ? EMOTIONS[best]! : null);
    if (this.#speechMs < this.#options.minSpeechMs) return;
    this.#leave(probabilities);
    if (this.#candidate !== null && this.#candidateReadings >= this.#options.enterReadings) {
      this.#established = this.#candidate;
    }
    const shown = this.#established === null ? best : EMOTIONS.indexOf(this.#established);
    this.#confidence = probabilities[shown]!;
  }

  /** What is shown at a position on the leg's clock; in silence the confidence decays. */
  shown(atMs: number): { label: Label; confidence: number } {
    if (this.#speechMs < this.#options.minSpeechMs) return { label: 'listening', confidence: 0 };
    const silenceMs = Math.max(0, atMs - this.#heardAtMs);
    const confidence = this.#confidence * 0.5 ** (silenceMs / this.#options.confidenceHalfLifeMs);
    if (silenceMs > 0 && confidence < FADED_CONFIDENCE) return { label: 'listening', confidence };
    return { label: this.#established ?? 'uncertain', confidence };
  }

  #isClear(probabilities: Float32Array, best: number): boolean {
    return (
      probabilities[best]! >= this.#options.enterProbability &&
      normalisedEntropy(probabilities, this.#outcomes) <= this.#options.maxEntropy
    );
  }

  #follow(clearest: Emotion | null): void {
    this.#candidateReadings = clearest === this.#candidate ? this.#candidateReadings + 1 : 1;
    this.#candidate = clearest;
  }

  #leave(probabilities: Float32Array): void {
    if (this.#established === null) return;
    const held = probabilities[EMOTIONS.indexOf(this.#established)]!;
    if (held < this.#options.leaveProbability) this.#established = null;
  }
}
