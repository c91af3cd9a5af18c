import { fourDecimals } from '../pipeline/decimals.ts';
import type { Stretch } from '../protocol/desk.ts';
import type { EventData } from '../protocol/events.ts';
import { EMOTIONS } from '../protocol/labels.ts';
import { grownRows } from './grown-rows.ts';

const WIDTH = 5;
/** How much of a full table is let go of at once, so that most rows move rarely. */
const DROPPED_SHARE = 1 / 8;

/**
 * The stretches of speech of one leg, each as the first reading that rested on it accounted for it.
 * Grows in steps up to `maxRows`; then the oldest go, and are counted.
 */
export class StretchTable {
  readonly #maxRows: number;
  #rows = new Float32Array(0);
  #count = 0;
  #newestMs = -1;
  #dropped = 0;

  constructor(maxRows: number) {
    this.#maxRows = maxRows;
  }

  get length(): number {
    return this.#count;
  }

  get dropped(): number {
    return this.#dropped;
  }

  get byteLength(): number {
    return this.#rows.byteLength;
  }

  /** Takes the stretches of an update that no update before had. */
  add({ attention, contributions }: EventData<'emotion.updated'>): void {
    const { stretches, emotion } = contributions;
    for (let i = 0; i < stretches.length; i += 1) {
      const { startMs, endMs, nats } = stretches[i]!;
      if (startMs <= this.#newestMs) continue;
      this.#newestMs = startMs;
      // The same stretches as in attention, one by one.
      this.#append(startMs, endMs, attention[i]?.weight ?? 0, nats, EMOTIONS.indexOf(emotion));
    }
  }

  toJson(): Stretch[] {
    return Array.from({ length: this.#count }, (_, row) => {
      const [startMs, endMs, weight, nats, emotion] = this.#rows.subarray(row * WIDTH);
      return {
        startMs: startMs!,
        endMs: endMs!,
        weight: fourDecimals(weight!),
        nats: fourDecimals(nats!),
        emotion: EMOTIONS[emotion!]!,
      };
    });
  }

  #append(startMs: number, endMs: number, weight: number, nats: number, emotion: number): void {
    if (this.#count === this.#maxRows) this.#dropOldest();
    if (this.#count * WIDTH === this.#rows.length) this.#grow();
    const at = this.#count * WIDTH;
    this.#rows[at] = startMs;
    this.#rows[at + 1] = endMs;
    this.#rows[at + 2] = weight;
    this.#rows[at + 3] = nats;
    this.#rows[at + 4] = emotion;
    this.#count += 1;
  }

  #grow(): void {
    const rows = grownRows(this.#count, this.#maxRows);
    const larger = new Float32Array(rows * WIDTH);
    larger.set(this.#rows);
    this.#rows = larger;
  }

  #dropOldest(): void {
    const gone = Math.max(1, Math.floor(this.#maxRows * DROPPED_SHARE));
    this.#rows.copyWithin(0, gone * WIDTH);
    this.#count -= gone;
    this.#dropped += gone;
  }
}
