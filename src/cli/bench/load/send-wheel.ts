import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import type { Clock } from '../../../protocol/clock.ts';

/** Whoever has something to send at a time of its own. */
export interface Sender {
  /** When its next message is due, on the clock. */
  dueMs: number;
  /** Sends it and sets `dueMs` anew; false when there is no more to send. */
  send(nowMs: number): boolean;
}

/** Slots of a millisecond: more than lie between two messages of a caller. */
const SLOTS = 128;
const NANOSECONDS = 1e6;

/**
 * Many senders on one timer: each lies in the slot of the millisecond in which it is due, so a turn
 * of the wheel touches those alone that are. What fell due while the process was held up is sent at
 * once, and how late it was is recorded.
 */
export class SendWheel {
  /** How late each message went, in nanoseconds. */
  readonly lateNs: RecordableHistogram = createHistogram();
  readonly #clock: Clock;
  readonly #slots: Sender[][] = Array.from({ length: SLOTS }, () => []);
  #turnedMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Starts turning, with these. */
  start(senders: readonly Sender[]): void {
    this.#turnedMs = Math.floor(this.#clock.monotonicMs());
    for (const sender of senders) this.#place(sender);
    this.#timer = setInterval(() => this.#turn(), 1);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #place(sender: Sender): void {
    // What is due already goes with the next turn.
    const slotMs = Math.max(Math.floor(sender.dueMs), this.#turnedMs);
    this.#slots[slotMs % SLOTS]!.push(sender);
  }

  #turn(): void {
    const nowMs = this.#clock.monotonicMs();
    const lastMs = Math.floor(nowMs);
    while (this.#turnedMs < lastMs) {
      const index = this.#turnedMs % SLOTS;
      const due = this.#slots[index]!;
      this.#slots[index] = [];
      this.#turnedMs += 1;
      for (const sender of due) this.#send(sender);
    }
  }

  #send(sender: Sender): void {
    const nowMs = this.#clock.monotonicMs();
    if (sender.dueMs > nowMs) {
      // Due in a later revolution.
      this.#place(sender);
      return;
    }
    const lateMs = nowMs - sender.dueMs;
    this.lateNs.record(Math.max(1, Math.round(lateMs * NANOSECONDS)));
    if (sender.send(nowMs)) this.#place(sender);
  }
}
