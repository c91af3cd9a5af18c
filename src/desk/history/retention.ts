import { setImmediate } from 'node:timers/promises';
import { errorFields, type Logger } from '../../log/logger.ts';
import type { Clock } from '../../protocol/clock.ts';
import type { SqlRow, Store, StoreStatement } from '../../store/store.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Calls deleted in one transaction: a few milliseconds, for audio waits meanwhile. */
const BATCH_CALLS = 50;

export interface RetentionOptions {
  readonly store: Store;
  readonly retentionDays: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Deletes finished calls that are older than they may be: at the start, and daily by the clock. */
export class Retention {
  readonly #options: RetentionOptions;
  readonly #delete: StoreStatement<SqlRow>;
  readonly #timer: NodeJS.Timeout;
  #prunedMs = Number.NEGATIVE_INFINITY;
  #pruning: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#delete = options.store.prepare(
      'DELETE FROM history_calls WHERE id IN (SELECT id FROM history_calls WHERE ended_at < ? LIMIT ?)',
    );
    // Looked at hourly, because a timer of a day does not know of a machine that slept.
    this.#timer = setInterval(() => void this.tick(), HOUR_MS);
    this.#timer.unref();
  }

  /** Prunes when a day has passed since the last time, or there was none. Never throws. */
  tick(): Promise<unknown> {
    const nowMs = this.#options.clock.nowMs();
    if (nowMs - this.#prunedMs < DAY_MS) return this.#pruning;
    this.#prunedMs = nowMs;
    this.#pruning = this.#prune(nowMs).catch((cause: unknown) => {
      this.#options.logger.error('old calls were not deleted', errorFields(cause));
    });
    return this.#pruning;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#pruning;
  }

  async #prune(nowMs: number): Promise<void> {
    const { retentionDays, logger } = this.#options;
    const before = new Date(nowMs - retentionDays * DAY_MS).toISOString();
    let calls = 0;
    for (let deleted = BATCH_CALLS; deleted === BATCH_CALLS && !this.#stopped; ) {
      deleted = this.#delete.run(before, BATCH_CALLS);
      calls += deleted;
      await setImmediate();
    }
    if (calls > 0) logger.info('old calls deleted', { calls });
  }
}
