import type { Span } from '../protocol/events.ts';
import { KEPT_STEPS } from './kept-steps.ts';
import { dot } from './network/dot.ts';
import { type Head, logProbabilityDirection } from './network/linear-head.ts';
import { decayPerFrame, peakDecayPerFrame, stateLayout } from './network/shape.ts';
import { attentionSumCount, sumCoefficients, sumCount } from './network/sum-coefficients.ts';

/** What one stretch of speech added, in natural logarithms. */
export interface Contribution {
  readonly startMs: number;
  readonly endMs: number;
  readonly nats: number;
}

/**
 * What each recent stretch of speech added to the newest reading. The sums of the running attention
 * and of the peak lie in the leg's state; what a step added to them is the difference of the state after it and the
 * state before, faded. The differences are kept for a few steps, and divide a reading when one is
 * asked for; the network computes nothing for it. `add` allocates nothing.
 *
 * Exact as a sum, in the weights of `weights.bin`: a graph that rounds more than they do is divided
 * to within that rounding. As an explanation it takes as given which relus are on, the mean that
 * deviations are taken from, and what each frame's hidden vector owes to the frames before it.
 */
export class ContributionTrace {
  readonly #head: Head;
  readonly #temperature: number;
  readonly #decayPerFrame: number;
  readonly #peakDecayPerFrame: number;
  readonly #attentionSize: number;
  readonly #size: number;
  /** Views of the leg's own state, which the scheduler overwrites at every step. */
  readonly #liveMaximum: Float32Array;
  readonly #liveSums: Float32Array;
  /** `[1 + 2H]`, and `[1 + H]` more with a peak: the sums as the last step left them; the attention's weights are relative to e^maximum. */
  readonly #sums: Float32Array;
  #maximum = 0;
  #framesSeen = 0;
  #steps = 0;
  /** `[16, sums]`, a ring: what each step added to the sums, and in what they are counted. */
  readonly #added: Float32Array;
  readonly #maxima = new Float64Array(KEPT_STEPS);
  readonly #lastFrames = new Float64Array(KEPT_STEPS);
  readonly #startMs = new Float64Array(KEPT_STEPS);
  readonly #endMs = new Float64Array(KEPT_STEPS);

  /** `state[S]` is the leg's: it is read here, and has to stay the same array. */
  constructor(head: Head, temperature: number, state: Float32Array) {
    const { shape } = head;
    this.#head = head;
    this.#temperature = temperature;
    this.#decayPerFrame = decayPerFrame(shape);
    this.#peakDecayPerFrame = peakDecayPerFrame(shape);
    this.#attentionSize = attentionSumCount(shape);
    this.#size = sumCount(shape);
    const { offset } = stateLayout(shape).find(({ name }) => name === 'maximum')!;
    this.#liveMaximum = state.subarray(offset, offset + 1);
    this.#liveSums = state.subarray(offset + 1, offset + 1 + this.#size);
    this.#sums = new Float32Array(this.#size);
    this.#added = new Float32Array(KEPT_STEPS * this.#size);
    this.reset();
  }

  /** Takes the step of `frameCount` frames in `span` that the leg's state has just had. */
  add({ startMs, endMs }: Span, frameCount: number): void {
    const slot = this.#steps % KEPT_STEPS;
    this.#subtract(slot, 0, this.#attentionSize, this.#fade(frameCount));
    const keepOfPeak = Math.fround(Math.exp(-this.#peakDecayPerFrame * frameCount));
    this.#subtract(slot, this.#attentionSize, this.#size, keepOfPeak);
    this.#steps += 1;
    this.#framesSeen += frameCount;
    this.#remember();
    this.#maxima[slot] = this.#maximum;
    this.#lastFrames[slot] = this.#framesSeen;
    this.#startMs[slot] = startMs;
    this.#endMs[slot] = endMs;
  }

  /**
   * How much each stretch raised (or, below zero, lowered) the log-probability of `label` in the
   * newest reading, `probabilities[labels]`; oldest first. Their sum, that of the speech before them
   * and a constant make ln p(label) less the mean of all ln p weighted by p.
   */
  contributions(probabilities: Float32Array, label: number): Contribution[] {
    if (this.#steps === 0) return [];
    const direction = logProbabilityDirection(probabilities, label, this.#temperature);
    const { coefficients } = sumCoefficients(this.#head, this.#sums, direction);
    const ofAttention = coefficients.subarray(0, this.#attentionSize);
    const ofPeak = coefficients.subarray(this.#attentionSize);
    const added = this.#added;
    const count = Math.min(this.#steps, KEPT_STEPS);
    return Array.from({ length: count }, (_, i) => {
      const slot = (this.#steps - count + i) % KEPT_STEPS;
      const row = slot * this.#size;
      const ageFrames = this.#framesSeen - this.#lastFrames[slot]!;
      const left = Math.exp(this.#maxima[slot]! - ageFrames * this.#decayPerFrame - this.#maximum);
      const leftOfPeak = Math.exp(-ageFrames * this.#peakDecayPerFrame);
      const nats =
        left * dot(ofAttention, added, row) +
        leftOfPeak * dot(ofPeak, added, row + this.#attentionSize);
      return { startMs: this.#startMs[slot]!, endMs: this.#endMs[slot]!, nats };
    });
  }

  /** Starts again from the leg's state as it is now: call it after the state was reset. */
  reset(): void {
    this.#steps = 0;
    this.#framesSeen = 0;
    this.#remember();
  }

  /** What the newest step added to the sums from `start` to `end`, which kept this much of themselves. */
  #subtract(slot: number, start: number, end: number, keep: number): void {
    const before = this.#sums;
    const after = this.#liveSums;
    const row = slot * this.#size;
    for (let i = start; i < end; i++) this.#added[row + i] = after[i]! - before[i]! * keep;
  }

  #remember(): void {
    this.#maximum = this.#liveMaximum[0]!;
    this.#sums.set(this.#liveSums);
  }

  /** What the step kept of the sums before it, in single precision as the engines compute it. */
  #fade(frameCount: number): number {
    const faded = Math.fround(this.#maximum - Math.fround(this.#decayPerFrame * frameCount));
    return Math.fround(Math.exp(Math.fround(faded - this.#liveMaximum[0]!)));
  }
}
