import type { Clock } from '../../protocol/clock.ts';
import type { AnyEvent, EventType } from '../../protocol/events.ts';
import type { SqlValue, Store } from '../../store/store.ts';
import { OUTBOX_MIGRATIONS, OUTBOX_OWNER } from './outbox-tables.ts';

export const OUTBOX_STATES = ['waiting', 'dead'] as const;
export type OutboxState = (typeof OUTBOX_STATES)[number];

/** Which letters; what is absent is not filtered. */
export interface OutboxSelection {
  /** Ids of events. */
  readonly ids?: readonly string[];
  readonly adapter?: string | undefined;
  readonly callId?: string | undefined;
  readonly state?: OutboxState | undefined;
  /** Accepted longer ago than this, in milliseconds. */
  readonly olderThanMs?: number | undefined;
}

/** One event on its way to one adapter, without what it says. */
export interface OutboxLetter {
  readonly seq: number;
  readonly state: OutboxState;
  readonly adapter: string;
  readonly callId: string;
  readonly eventId: string;
  readonly type: EventType;
  readonly bytes: number;
  /** Accepted or replayed; milliseconds since the Unix epoch. */
  readonly sinceMs: number;
  readonly attempts: number;
  /** When it is tried next, at the earliest; 0 for at once and for the dead. */
  readonly dueMs: number;
  /** Why the last attempt failed. */
  readonly reason: string | null;
}

/** A gateway may run beside: what it must wait for stays short. */
const ROWS_AT_ONCE = 500;

const BOTH = `
  SELECT seq, 'waiting' AS state, adapter, call_id AS callId, event_id AS eventId, type, bytes,
         since_ms AS sinceMs, attempts, due_ms AS dueMs, reason FROM outbox_waiting
  UNION ALL
  SELECT seq, 'dead', adapter, call_id, event_id, type, bytes, since_ms, attempts, 0, reason FROM outbox_dead`;

/** Looks into an outbox, and changes it, whether a gateway runs on the file or not. */
export class OutboxInspector {
  readonly #store: Store;
  readonly #clock: Clock;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
    store.migrate(OUTBOX_OWNER, OUTBOX_MIGRATIONS);
  }

  /** In order of acceptance. */
  list(selection: OutboxSelection): OutboxLetter[] {
    const { where, values } = this.#where(selection);
    const sql = `SELECT * FROM (${BOTH}) WHERE ${where} ORDER BY seq`;
    return this.#store.prepare<OutboxLetter>(sql).all(...values);
  }

  /** What a letter says: personal data. Undefined when it has left meanwhile. */
  event({ seq, state }: OutboxLetter): AnyEvent | undefined {
    const sql = `SELECT event FROM outbox_${state} WHERE seq = ?`;
    const row = this.#store.prepare<{ event: string }>(sql).get(seq);
    return row && (JSON.parse(row.event) as AnyEvent);
  }

  /** Lets letters be tried from the beginning again, at once; returns how many. */
  replay(selection: OutboxSelection): number {
    const revive = this.#store.prepare(
      `INSERT INTO outbox_waiting (seq, adapter, call_id, event_id, type, bytes, since_ms, event)
       SELECT seq, adapter, call_id, event_id, type, bytes, ?, event FROM outbox_dead WHERE seq = ?`,
    );
    const forget = this.#store.prepare('DELETE FROM outbox_dead WHERE seq = ?');
    const hurry = this.#store.prepare(
      'UPDATE outbox_waiting SET attempts = 0, due_ms = 0, since_ms = ? WHERE seq = ?',
    );
    return this.#change(selection, ({ seq, state }) => {
      const nowMs = this.#clock.nowMs();
      if (state === 'waiting') return hurry.run(nowMs, seq);
      revive.run(nowMs, seq);
      return forget.run(seq);
    });
  }

  /** Deletes letters; returns how many. */
  drop(selection: OutboxSelection): number {
    const forget = {
      waiting: this.#store.prepare('DELETE FROM outbox_waiting WHERE seq = ?'),
      dead: this.#store.prepare('DELETE FROM outbox_dead WHERE seq = ?'),
    };
    return this.#change(selection, ({ seq, state }) => forget[state].run(seq));
  }

  #change(selection: OutboxSelection, change: (letter: OutboxLetter) => number): number {
    const letters = this.list(selection);
    let changed = 0;
    for (let first = 0; first < letters.length; first += ROWS_AT_ONCE) {
      const some = letters.slice(first, first + ROWS_AT_ONCE);
      changed += this.#store.transaction(() =>
        some.reduce((sum, letter) => sum + change(letter), 0),
      );
    }
    return changed;
  }

  #where({ ids, adapter, callId, state, olderThanMs }: OutboxSelection) {
    const conditions: string[] = ['1'];
    const values: SqlValue[] = [];
    const add = (condition: string, value: SqlValue | undefined) => {
      if (value === undefined) return;
      conditions.push(condition);
      values.push(value);
    };
    const listed = ids && ids.length > 0 ? JSON.stringify(ids) : undefined;
    add('eventId IN (SELECT value FROM json_each(?))', listed);
    add('adapter = ?', adapter);
    add('callId = ?', callId);
    add('state = ?', state);
    add('sinceMs <= ?', olderThanMs === undefined ? undefined : this.#clock.nowMs() - olderThanMs);
    return { where: conditions.join(' AND '), values };
  }
}
