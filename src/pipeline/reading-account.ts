import type { Span } from '../protocol/events.ts';
import { fourDecimals } from './decimals.ts';
import { KEPT_STEPS } from './kept-steps.ts';
import { type Head, logProbabilityDirection } from './network/linear-head.ts';
import { type NetworkShape, readerShares } from './network/shape.ts';
import { sumCoefficients } from './network/sum-coefficients.ts';
import { type KeptStep, SumTrace } from './sum-trace.ts';

/** What one stretch of speech added, in natural logarithms. */
export interface Contribution {
  readonly startMs: number;
  readonly endMs: number;
  readonly nats: number;
}

/** The share of the attention that one stretch of speech holds. */
export interface AttentionShare {
  readonly startMs: number;
  readonly endMs: number;
  readonly weight: number;
}

/** A network by what accounts for its readings: its shape, and the layers above its sums. */
export interface AccountedNetwork {
  readonly shape: NetworkShape;
  /** One a reader. */
  readonly heads: readonly Head[];
  readonly temperature: number;
}

/**
 * What the newest reading rests on, by stretches of recent speech. The sums that the head reads lie in
 * the leg's state; what each step added to them (sum-trace.ts) is kept for a few steps, and divides
 * a reading when one is asked for. The network computes nothing for it. `add` allocates nothing.
 */
export class ReadingAccount {
  readonly #network: AccountedNetwork;
  readonly #readers: readonly SumTrace[];
  /** What each reader weighs in a reading. */
  readonly #shares: readonly number[];
  #framesSeen = 0;
  #steps = 0;
  readonly #lastFrames = new Float64Array(KEPT_STEPS);
  readonly #startMs = new Float64Array(KEPT_STEPS);
  readonly #endMs = new Float64Array(KEPT_STEPS);

  /** `state[S]` is the leg's: it is read here, and has to stay the same array. */
  constructor(network: AccountedNetwork, state: Float32Array) {
    this.#network = network;
    const { shape } = network;
    this.#shares = readerShares(shape);
    this.#readers = network.heads.map((_, reader) => new SumTrace(shape, reader, state));
  }

  /** Takes the step of `frameCount` frames in `span` that the leg's state has just had. */
  add({ startMs, endMs }: Span, frameCount: number): void {
    const slot = this.#steps % KEPT_STEPS;
    for (const reader of this.#readers) reader.add(slot, frameCount);
    this.#steps += 1;
    this.#framesSeen += frameCount;
    this.#lastFrames[slot] = this.#framesSeen;
    this.#startMs[slot] = startMs;
    this.#endMs[slot] = endMs;
  }

  /**
   * The share of the running attention that each stretch still holds, of all readers on average, as
   * they weigh in the answer (to the statistics every frame of an age is alike); oldest first, at
   * most 1 together. It says what the model weighed, not why.
   */
  attention(): AttentionShare[] {
    return this.#kept().map((step) => {
      const sum = this.#readers.reduce(
        (total, reader, r) => total + this.#shares[r]! * reader.attention(step),
        0,
      );
      const share = Math.min(1, Math.max(0, sum));
      return { ...this.#spanOf(step), weight: fourDecimals(share) };
    });
  }

  /**
   * How much each stretch raised (or, below zero, lowered) the log-probability of `label` in the
   * newest reading, `probabilities[labels]`; oldest first. Their sum, that of the speech before them
   * and a constant make ln p(label) less the mean of all ln p weighted by p.
   *
   * Exact as a sum, in the weights of `weights.bin`: a graph that rounds more than they do is divided
   * to within that rounding. As an explanation it takes as given which relus are on, the mean that
   * deviations are taken from, and what each frame's hidden vector owes to the frames before it.
   */
  contributions(probabilities: Float32Array, label: number): Contribution[] {
    if (this.#steps === 0) return [];
    const { heads, temperature } = this.#network;
    const direction = logProbabilityDirection(probabilities, label, temperature);
    const kept = this.#kept();
    const parts = this.#readers.map((reader, r) => {
      const own = direction.map((slope) => slope * this.#shares[r]!);
      return reader.parts(kept, sumCoefficients(heads[r]!, reader.sums, own).coefficients);
    });
    return kept.map((step, i) => {
      const nats = parts.reduce((sum, own) => sum + own[i]!, 0);
      return { ...this.#spanOf(step), nats };
    });
  }

  /** Starts again from the leg's state as it is now: call it after the state was reset. */
  reset(): void {
    this.#steps = 0;
    this.#framesSeen = 0;
    for (const reader of this.#readers) reader.remember();
  }

  /** Oldest first. */
  #kept(): KeptStep[] {
    const count = Math.min(this.#steps, KEPT_STEPS);
    return Array.from({ length: count }, (_, i) => {
      const slot = (this.#steps - count + i) % KEPT_STEPS;
      return { slot, ageFrames: this.#framesSeen - this.#lastFrames[slot]! };
    });
  }

  #spanOf({ slot }: KeptStep): Span {
    return { startMs: this.#startMs[slot]!, endMs: this.#endMs[slot]! };
  }
}
