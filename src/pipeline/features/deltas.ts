import { MFCC_COUNT } from './layout.ts';

/** Frames that the delta-delta looks back on: five deltas of five frames each. */
const SPAN = 9;

/**
 * Slope of each coefficient over the newest five frames, and the slope of those slopes: the usual
 * delta with two frames on each side (The HTK Book, §5.9, DELTAWINDOW 2), centred two frames back, so
 * that nothing waits for the future; the delta-delta as the sum over nine frames that it comes to.
 * Before the first frame, that frame repeats.
 */
export class Deltas {
  /** `[SPAN, MFCC_COUNT]`, a ring. */
  readonly #recent = new Float32Array(SPAN * MFCC_COUNT);
  #newest = -1;

  /** Takes a frame's `mfcc[MFCC_COUNT]`; writes both slopes of each, in units per frame. */
  compute(mfcc: Float32Array, deltas: Float32Array, deltaDeltas: Float32Array): void {
    this.#remember(mfcc);
    const recent = this.#recent;
    const r1 = this.#row(1);
    const r2 = this.#row(2);
    const r3 = this.#row(3);
    const r4 = this.#row(4);
    const r5 = this.#row(5);
    const r6 = this.#row(6);
    const r7 = this.#row(7);
    const r8 = this.#row(8);
    for (let i = 0; i < MFCC_COUNT; i++) {
      const c0 = mfcc[i]!;
      const c1 = recent[r1 + i]!;
      const c3 = recent[r3 + i]!;
      const c4 = recent[r4 + i]!;
      deltas[i] = (2 * (c0 - c4) + c1 - c3) / 10;
      const outer = c0 + c1 + recent[r7 + i]! + recent[r8 + i]!;
      const inner = c3 + recent[r5 + i]!;
      const between = recent[r2 + i]! + recent[r6 + i]!;
      deltaDeltas[i] = (4 * (outer - inner) + between - 10 * c4) / 100;
    }
  }

  reset(): void {
    this.#newest = -1;
  }

  /** Where the frame of so long ago lies. */
  #row(ageFrames: number): number {
    return ((this.#newest - ageFrames + SPAN) % SPAN) * MFCC_COUNT;
  }

  #remember(mfcc: Float32Array): void {
    const first = this.#newest < 0;
    this.#newest = (this.#newest + 1) % SPAN;
    const rows = first ? SPAN : 1;
    for (let n = 0; n < rows; n++) {
      const row = this.#row(n);
      for (let i = 0; i < MFCC_COUNT; i++) this.#recent[row + i] = mfcc[i]!;
    }
  }
}
