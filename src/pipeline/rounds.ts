import type { Clock } from '../protocol/clock.ts';

/** Whoever has audio to hear. */
export interface Hearer {
  /** Hears what waits. Called once for each `join`; must not throw. */
  hear(): void;
}

/** Weight of the newest interval between two arrivals in their running mean. */
const INTERVAL_WEIGHT = 0.05;
/** An idle night must not make the first calls of the morning look rare for long. */
const LONGEST_INTERVAL_MS = 2000;

/** Weight of the newest round's busy share in the running mean: about the last second counts. */
const BUSY_WEIGHT = 0.05;

/**
 * Lets legs hear in rounds, one after the other: what one has just used of code and tables, the next
 * one finds in the processor's caches, and the steps that they end share one batch of the model. A
 * round gathers for a share of `gatherMs`, the share of time for which the event loop is busy, while
 * others can be expected to join in that time: the fuller the server, the cheaper each leg has to
 * be. On a quiet server a leg hears at once, which is in the same turn of the event loop or the next.
 */
export class Rounds {
  readonly #gatherMs: number;
  readonly #clock: Clock;
  readonly #busyShare: () => number;
  #joined: Hearer[] = [];
  #hearing: Hearer[] = [];
  #planned = false;
  #newestMs: number;
  #meanIntervalMs = LONGEST_INTERVAL_MS;
  #meanBusyShare = 0;

  /**
   * `gatherMs` 0: a round is what one turn of the event loop brings. `busyShare` says for what share of
   * the time since it was last asked the event loop was busy, 0..1.
   */
  constructor(gatherMs: number, clock: Clock, busyShare: () => number) {
    this.#gatherMs = gatherMs;
    this.#clock = clock;
    this.#busyShare = busyShare;
    this.#newestMs = clock.monotonicMs();
  }

  join(hearer: Hearer): void {
    const nowMs = this.#clock.monotonicMs();
    const intervalMs = Math.min(nowMs - this.#newestMs, LONGEST_INTERVAL_MS);
    this.#meanIntervalMs += (intervalMs - this.#meanIntervalMs) * INTERVAL_WEIGHT;
    this.#newestMs = nowMs;
    this.#joined.push(hearer);
    if (this.#planned) return;
    this.#planned = true;
    const gatherMs = this.#gatherMs * this.#meanBusyShare;
    if (gatherMs >= this.#meanIntervalMs) setTimeout(() => this.#run(), gatherMs);
    else setImmediate(() => this.#run());
  }

  #run(): void {
    this.#planned = false;
    this.#meanBusyShare += (this.#busyShare() - this.#meanBusyShare) * BUSY_WEIGHT;
    [this.#joined, this.#hearing] = [this.#hearing, this.#joined];
    for (const hearer of this.#hearing) hearer.hear();
    this.#hearing.length = 0;
  }
}
