import type { Span } from '../protocol/events.ts';
import { fourDecimals } from './decimals.ts';
import { KEPT_STEPS } from './kept-steps.ts';

interface WeighedStretch {
  readonly span: Span;
  /** Log of the sum of the stretch's e^score, decayed to its own last frame. */
  readonly logWeight: number;
  /** Speech frames the model had seen by the stretch's end. */
  readonly framesSeen: number;
}

/**
 * What the newest reading rests on: the share of the running attention that each recent stretch of
 * speech still holds. It says what the model weighed, not why.
 */
export class AttentionTrace {
  readonly #decayPerFrame: number;
  #stretches: WeighedStretch[] = [];
  #framesSeen = 0;
  #logNormaliser = 0;

  constructor(decayPerFrame: number) {
    this.#decayPerFrame = decayPerFrame;
  }

  /** Adds one step: `scores[frameCount]` of the frames in `span`, and the attention's new normaliser. */
  add(span: Span, scores: Float32Array, logNormaliser: number): void {
    this.#framesSeen += scores.length;
    this.#logNormaliser = logNormaliser;
    let sum = 0;
    for (let i = 0; i < scores.length; i++) {
      const ageFrames = scores.length - 1 - i;
      sum += Math.exp(scores[i]! - logNormaliser - ageFrames * this.#decayPerFrame);
    }
    const logWeight = Math.log(sum) + logNormaliser;
    this.#stretches.push({ span, logWeight, framesSeen: this.#framesSeen });
    if (this.#stretches.length > KEPT_STEPS) this.#stretches.shift();
  }

  /** Oldest first; shares sum to at most 1. */
  weights(): { startMs: number; endMs: number; weight: number }[] {
    return this.#stretches.map(({ span, logWeight, framesSeen }) => {
      const decay = (this.#framesSeen - framesSeen) * this.#decayPerFrame;
      const weight = Math.exp(logWeight - decay - this.#logNormaliser);
      const { startMs, endMs } = span;
      return { startMs, endMs, weight: fourDecimals(Math.min(1, weight)) };
    });
  }

  reset(): void {
    this.#stretches = [];
    this.#framesSeen = 0;
  }
}
