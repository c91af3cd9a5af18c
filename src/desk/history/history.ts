import type { Config } from '../../config/schema.ts';
import { errorFields, type Logger } from '../../log/logger.ts';
import type { Clock } from '../../protocol/clock.ts';
import type { Acknowledgement, CallDetail, Note } from '../../protocol/desk.ts';
import type { DaySummaries, DaysQuery } from '../../protocol/desk-history.ts';
import { TonewireError } from '../../protocol/errors.ts';
import type { SqlRow, Store, StoreStatement } from '../../store/store.ts';
import type { CallRecord } from '../call-record.ts';
import { callerKey } from '../caller.ts';
import { type CallRow, CallRows, facts } from './call-rows.ts';
import { daySummaries } from './day-summaries.ts';
import { HistorySearch } from './history-search.ts';
import { emptyLeg, packDetail, unpackDetail } from './packed-detail.ts';

/** What the history could not keep, in calls; prom-client's counters will do. */
export interface HistoryCounters {
  /** Deleted before their time, because there were more than history.maxCalls. */
  readonly displaced: { inc(by: number): void };
  /** Not written, or without their timeline, because the store failed or was behind. */
  readonly failed: { inc(by: number): void };
}

export interface HistoryOptions {
  readonly store: Store;
  readonly config: Pick<Config, 'history' | 'desk'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly counters: HistoryCounters;
}

/** Calls that may wait to be packed: a whole gateway that drains, and no more. */
const MAX_WAITING = 1000;

/**
 * Finished calls. What a call comes to is written in one transaction at its end; its timeline is
 * packed by another thread and follows a moment later. Killed in between, the call has no timeline.
 */
export class History {
  readonly search: HistorySearch;
  readonly #options: HistoryOptions;
  readonly #rows: CallRows;
  readonly #find: StoreStatement<CallRow>;
  readonly #count: StoreStatement<{ count: number }>;
  readonly #packed: StoreStatement<{ packed: Uint8Array }>;
  readonly #insertPacked: StoreStatement<SqlRow>;
  readonly #acknowledge: StoreStatement<SqlRow>;
  readonly #deleteOldest: StoreStatement<SqlRow>;
  /** Records whose timeline is not written yet, by the id of their row. */
  readonly #waiting = new Map<number, CallRecord>();
  #packing: Promise<void> = Promise.resolve();

  /** The tables must be there: `HISTORY_MIGRATIONS`. */
  constructor(options: HistoryOptions) {
    const { store } = options;
    this.#options = options;
    this.#rows = new CallRows(store);
    this.search = new HistorySearch(store);
    this.#find = store.prepare(
      'SELECT * FROM history_calls WHERE call_id = ? ORDER BY id DESC LIMIT 1',
    );
    this.#count = store.prepare('SELECT count(*) AS count FROM history_calls');
    this.#packed = store.prepare('SELECT packed FROM history_timelines WHERE call = ?');
    // The call may have been deleted while its timeline was being packed.
    this.#insertPacked = store.prepare(
      'INSERT INTO history_timelines SELECT id, ? FROM history_calls WHERE id = ?',
    );
    this.#acknowledge = store.prepare(
      `UPDATE history_alerts SET acknowledged_by = ?, acknowledged_at = ?
        WHERE call = ? AND alert_id = ? AND acknowledged_at IS NULL`,
    );
    this.#deleteOldest = store.prepare(
      'DELETE FROM history_calls WHERE id IN (SELECT id FROM history_calls ORDER BY id LIMIT ?)',
    );
  }

  /** Takes a call that has ended. A store that fails costs this call, and is logged and counted. */
  keep(record: CallRecord): void {
    try {
      const outline = record.toOutline(this.#now());
      const id = this.#options.store.transaction(() => {
        this.#makeRoom();
        return this.#rows.insert(outline);
      });
      this.#pack(id, record);
    } catch (cause) {
      this.#failed(cause);
    }
  }

  /** The newest call of this id; undefined when there is none. */
  async detail(callId: string): Promise<CallDetail | undefined> {
    const row = this.#find.get(callId);
    if (row === undefined) return undefined;
    const at = this.#now();
    const waiting = this.#waiting.get(row.id)?.toDetail(at);
    const packed = this.#packed.get(row.id)?.packed;
    const { legs, suggestions } =
      waiting ??
      (packed
        ? await unpackDetail(packed)
        : { legs: this.#rows.legs(row.id).map(emptyLeg), suggestions: [] });
    return {
      ...facts(row),
      state: 'finished',
      at,
      endedAt: row.ended_at,
      reason: row.reason,
      durationMs: row.duration_ms,
      model: row.model,
      sequence: row.sequence,
      legs,
      alerts: this.#rows.alerts(row.id),
      suggestions,
      notes: this.#rows.notes(row.id),
    };
  }

  days(query: DaysQuery): DaySummaries {
    return { days: daySummaries(this.#options.store, query) };
  }

  /** Returns the first acknowledgement when there is one already. Throws TW_NOT_FOUND. */
  acknowledge(callId: string, alertId: string, wish: Acknowledgement): Acknowledgement {
    const { id } = this.#require(callId);
    this.#acknowledge.run(wish.by, wish.at, id, alertId);
    const alert = this.#rows.alerts(id).find((candidate) => candidate.alertId === alertId);
    if (alert?.acknowledgement) return alert.acknowledgement;
    throw new TonewireError('TW_NOT_FOUND', 'The call has no such alert.');
  }

  /** Throws TW_NOT_FOUND, or TW_RATE_LIMITED when the call has as many notes as desk.maxEntries. */
  addNote(callId: string, note: Note): void {
    const { id } = this.#require(callId);
    if (this.#rows.notes(id).length >= this.#options.config.desk.maxEntries) {
      throw new TonewireError('TW_RATE_LIMITED', 'The call has as many notes as desk.maxEntries.');
    }
    this.#rows.insertNote(id, note);
  }

  /** Deletes every finished call of this id; returns how many. */
  deleteCall(callId: string): number {
    return this.#erase('call_id = ?', callId);
  }

  /** Deletes every finished call of this caller, however the number is written; returns how many. */
  deleteCaller(caller: string): number {
    return this.#erase('caller_key = ?', callerKey(caller));
  }

  /** Resolves once every call that has ended is written. */
  async settled(): Promise<void> {
    await this.#packing;
  }

  #now(): string {
    return new Date(this.#options.clock.nowMs()).toISOString();
  }

  #require(callId: string): CallRow {
    const row = this.#find.get(callId);
    if (row) return row;
    throw new TonewireError('TW_NOT_FOUND', 'There is no such call.');
  }

  #makeRoom(): void {
    const over = this.#count.get()!.count + 1 - this.#options.config.history.maxCalls;
    if (over <= 0) return;
    this.#options.counters.displaced.inc(this.#deleteOldest.run(over));
  }

  #pack(id: number, record: CallRecord): void {
    if (this.#waiting.size >= MAX_WAITING) {
      this.#options.counters.failed.inc(1);
      return;
    }
    this.#waiting.set(id, record);
    this.#packing = this.#packing.then(async () => {
      try {
        this.#insertPacked.run(await packDetail(record), id);
      } catch (cause) {
        this.#failed(cause);
      }
      this.#waiting.delete(id);
    });
  }

  #failed(cause: unknown): void {
    this.#options.counters.failed.inc(1);
    this.#options.logger.error('a finished call was not kept whole', errorFields(cause));
  }

  /** What a person asked to have deleted is overwritten, in the file and in its log. */
  #erase(condition: string, value: string): number {
    const { store } = this.#options;
    store.exec('PRAGMA secure_delete = ON');
    try {
      return store.prepare(`DELETE FROM history_calls WHERE ${condition}`).run(value);
    } finally {
      store.exec('PRAGMA secure_delete = FAST');
      store.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all();
    }
  }
}
