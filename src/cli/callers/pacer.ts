import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../protocol/clock.ts';

/** As fast as the other side takes it. */
export const UNPACED = Number.POSITIVE_INFINITY;

/**
 * Says when a position in the audio is due. Always reckoned from the first call, so that late
 * timers never add up: a caller that was held up catches up.
 */
export class Pacer {
  readonly #clock: Clock;
  readonly #speed: number;
  readonly #sleep: (ms: number) => Promise<unknown>;
  #originMs: number | undefined;

  /** `speed` 1 is real time, 2 twice as fast, `UNPACED` without waiting. */
  constructor(clock: Clock, speed: number, sleep: (ms: number) => Promise<unknown> = delay) {
    this.#clock = clock;
    this.#speed = speed;
    this.#sleep = sleep;
  }

  /** Resolves when `audioMs` of audio may have been sent; at once when that time is past. */
  async until(audioMs: number): Promise<void> {
    const nowMs = this.#clock.monotonicMs();
    this.#originMs ??= nowMs;
    const dueMs = this.#originMs + audioMs / this.#speed;
    if (dueMs > nowMs) await this.#sleep(dueMs - nowMs);
  }
}
