import type { Clock } from '../protocol/clock.ts';

/** A burst may be this many seconds' worth of messages; the average may not be more than the limit. */
const BURST_SECONDS = 4;

/** How many messages a sender may still send: refills with time, empties with use. */
export class RateLimit {
  readonly #perSecond: number;
  readonly #clock: Clock;
  #left: number;
  #refilledMs: number;

  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond;
    this.#clock = clock;
    this.#left = perSecond * BURST_SECONDS;
    this.#refilledMs = clock.monotonicMs();
  }

  /** Counts one message; false when the sender is over its limit. */
  spend(): boolean {
    const nowMs = this.#clock.monotonicMs();
    const refill = ((nowMs - this.#refilledMs) / 1000) * this.#perSecond;
    this.#left = Math.min(this.#perSecond * BURST_SECONDS, this.#left + refill);
    this.#refilledMs = nowMs;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
