import { KEPT_STEPS } from './kept-steps.ts';
import { dot } from './network/dot.ts';
import {
  decayPerFrame,
  type NetworkShape,
  peakDecayPerFrame,
  readerShapes,
  stateLayout,
} from './network/shape.ts';
import { attentionSumCount, sumCount } from './network/sum-coefficients.ts';

/** A step that is still kept: where, and how many frames ago it ended. */
export interface KeptStep {
  readonly slot: number;
  readonly ageFrames: number;
}

/**
 * What each recent step added to the sums that one reader of the network keeps in the leg's state:
 * those of the running attention, and of the peak. It is the difference of the state after a step and
 * the state before, faded. `add` allocates nothing.
 */
export class SumTrace {
  readonly #decayPerFrame: number;
  readonly #peakDecayPerFrame: number;
  readonly #attentionSize: number;
  readonly #size: number;
  /** Views of the leg's own state, which the scheduler overwrites at every step. */
  readonly #liveMaximum: Float32Array;
  readonly #liveSums: Float32Array;
  /** The sums as the last step left them; the attention's are in units of e^maximum. */
  readonly sums: Float32Array;
  #maximum = 0;
  /** `[16, sums]`, a ring: what each step added, and in what units. */
  readonly #added: Float32Array;
  readonly #maxima = new Float64Array(KEPT_STEPS);

  /** `state[S]` is the leg's: it is read here, and has to stay the same array. */
  constructor(shape: NetworkShape, reader: number, state: Float32Array) {
    const own = readerShapes(shape)[reader]!;
    this.#decayPerFrame = decayPerFrame(own);
    this.#peakDecayPerFrame = peakDecayPerFrame(own);
    this.#attentionSize = attentionSumCount(own);
    this.#size = sumCount(own);
    const parts = stateLayout(shape);
    const { offset } = parts.find((part) => part.name === 'maximum' && part.reader === reader)!;
    this.#liveMaximum = state.subarray(offset, offset + 1);
    this.#liveSums = state.subarray(offset + 1, offset + 1 + this.#size);
    this.sums = new Float32Array(this.#size);
    this.#added = new Float32Array(KEPT_STEPS * this.#size);
    this.remember();
  }

  /** Takes the step of `frameCount` frames that the leg's state has just had, into `slot`. */
  add(slot: number, frameCount: number): void {
    this.#subtract(slot, 0, this.#attentionSize, this.#keptOfAttention(frameCount));
    const keptOfPeak = Math.fround(Math.exp(-this.#peakDecayPerFrame * frameCount));
    this.#subtract(slot, this.#attentionSize, this.#size, keptOfPeak);
    this.remember();
    this.#maxima[slot] = this.#maximum;
  }

  /** Starts from the leg's state as it is now. */
  remember(): void {
    this.#maximum = this.#liveMaximum[0]!;
    this.sums.set(this.#liveSums);
  }

  /** What the frames of each step hold now of a sum of the sums, `coefficients[sums]`. */
  parts(steps: readonly KeptStep[], coefficients: Float64Array): number[] {
    const ofAttention = coefficients.subarray(0, this.#attentionSize);
    const ofPeak = coefficients.subarray(this.#attentionSize);
    return steps.map(({ slot, ageFrames }) => {
      const row = slot * this.#size;
      const leftOfPeak = Math.exp(-ageFrames * this.#peakDecayPerFrame);
      return (
        this.#left(slot, ageFrames) * dot(ofAttention, this.#added, row) +
        leftOfPeak * dot(ofPeak, this.#added, row + this.#attentionSize)
      );
    });
  }

  /** The share of the running attention that a step's frames hold now, 0 to 1. */
  attention({ slot, ageFrames }: KeptStep): number {
    return (this.#left(slot, ageFrames) * this.#added[slot * this.#size]!) / this.sums[0]!;
  }

  /** From the units of the step to those of now, faded. */
  #left(slot: number, ageFrames: number): number {
    return Math.exp(this.#maxima[slot]! - ageFrames * this.#decayPerFrame - this.#maximum);
  }

  /** What the newest step added to the sums from `start` to `end`, which kept this much of themselves. */
  #subtract(slot: number, start: number, end: number, kept: number): void {
    const before = this.sums;
    const after = this.#liveSums;
    const row = slot * this.#size;
    for (let i = start; i < end; i++) this.#added[row + i] = after[i]! - before[i]! * kept;
  }

  /** What the step kept of the sums before it, in single precision as the engines compute it. */
  #keptOfAttention(frameCount: number): number {
    const faded = Math.fround(this.#maximum - Math.fround(this.#decayPerFrame * frameCount));
    return Math.fround(Math.exp(Math.fround(faded - this.#liveMaximum[0]!)));
  }
}
