import type { AnyEvent } from '../../protocol/events.ts';
import type { SqlValue, Store, StoreStatement } from '../../store/store.ts';
import type { OutboxEntry } from './outbox-entry.ts';

/** An event to be accepted. */
export interface Insertion {
  readonly adapter: string;
  readonly entry: OutboxEntry;
  readonly event: AnyEvent;
  readonly json: string;
}

interface WaitingRow {
  readonly seq: number;
  readonly call_id: string;
  readonly bytes: number;
  readonly since_ms: number;
  readonly attempts: number;
  readonly due_ms: number;
}

interface Totals {
  readonly rows: number;
  readonly bytes: number;
}

type Values = readonly SqlValue[];

/** The outbox's rows: collects changes, and writes them in one transaction. */
export class OutboxWriter {
  readonly #store: Store;
  readonly #sql: ReturnType<typeof statements>;
  #inserts: Insertion[] = [];
  #removed: number[] = [];
  #postponed: Values[] = [];
  #parked: Values[] = [];
  #version: number;

  constructor(store: Store) {
    this.#store = store;
    this.#sql = statements(store);
    this.#version = this.#dataVersion();
  }

  /** The highest number in use. */
  get lastSeq(): number {
    return this.#sql.lastSeq.get()?.seq ?? 0;
  }

  insert(insertion: Insertion): void {
    this.#inserts.push(insertion);
  }

  remove(seq: number): void {
    this.#removed.push(seq);
  }

  postpone({ attempts, dueMs, seq }: OutboxEntry, reason: string): void {
    this.#postponed.push([attempts, Math.ceil(dueMs), reason, seq]);
  }

  park({ attempts, seq }: OutboxEntry, diedMs: number, reason: string): void {
    this.#parked.push([attempts, diedMs, reason, seq]);
    this.#removed.push(seq);
  }

  /** Returns what was accepted. When it throws, nothing is written and everything still to be. */
  write(): readonly Insertion[] {
    const changes = this.#inserts.length + this.#removed.length + this.#postponed.length;
    if (changes === 0) return [];
    const inserts = this.#inserts;
    this.#store.transaction(() => this.#writeAll());
    this.#inserts = [];
    this.#removed = [];
    this.#postponed = [];
    this.#parked = [];
    return inserts;
  }

  #writeAll(): void {
    for (const { adapter, entry, event, json } of this.#inserts) {
      const { seq, callId, bytes, sinceMs } = entry;
      this.#sql.insert.run(seq, adapter, callId, event.id, event.type, bytes, sinceMs, json);
    }
    for (const values of this.#postponed) this.#sql.postpone.run(...values);
    for (const values of this.#parked) this.#sql.park.run(...values);
    if (this.#removed.length > 0) this.#sql.remove.run(JSON.stringify(this.#removed));
  }

  waiting(adapter: string): OutboxEntry[] {
    return this.#sql.waiting.all(adapter).map((row) => ({
      seq: row.seq,
      callId: row.call_id,
      bytes: row.bytes,
      sinceMs: row.since_ms,
      attempts: row.attempts,
      dueMs: row.due_ms,
      event: undefined,
    }));
  }

  dead(adapter: string): Totals {
    return this.#sql.dead.get(adapter) ?? { rows: 0, bytes: 0 };
  }

  /** Forgets a tenth of an adapter's dead letters, the oldest, and one at least. */
  forgetDead(adapter: string): void {
    const some = Math.ceil(this.dead(adapter).rows / 10);
    this.#sql.forgetDead.run(adapter, some);
  }

  read(seq: number): AnyEvent | undefined {
    const row = this.#sql.read.get(seq);
    return row && (JSON.parse(row.event) as AnyEvent);
  }

  /** Whether another process has written to the file since this was last asked. */
  changedByOthers(): boolean {
    const before = this.#version;
    this.#version = this.#dataVersion();
    return this.#version !== before;
  }

  #dataVersion(): number {
    return this.#sql.dataVersion.get()?.data_version ?? 0;
  }
}

function statements(store: Store) {
  const prepared = <Row>(sql: string): StoreStatement<Row> => store.prepare<Row>(sql);
  return {
    insert: store.prepare(
      'INSERT INTO outbox_waiting (seq, adapter, call_id, event_id, type, bytes, since_ms, event) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    ),
    remove: store.prepare(
      'DELETE FROM outbox_waiting WHERE seq IN (SELECT value FROM json_each(?))',
    ),
    postpone: store.prepare(
      'UPDATE outbox_waiting SET attempts = ?, due_ms = ?, reason = ? WHERE seq = ?',
    ),
    park: store.prepare(
      `INSERT INTO outbox_dead (seq, adapter, call_id, event_id, type, bytes, since_ms, attempts, died_ms, reason, event)
       SELECT seq, adapter, call_id, event_id, type, bytes, since_ms, ?, ?, ?, event FROM outbox_waiting WHERE seq = ?`,
    ),
    forgetDead: store.prepare(
      'DELETE FROM outbox_dead WHERE seq IN (SELECT seq FROM outbox_dead WHERE adapter = ? ORDER BY seq LIMIT ?)',
    ),
    read: prepared<{ event: string }>('SELECT event FROM outbox_waiting WHERE seq = ?'),
    waiting: prepared<WaitingRow>(
      'SELECT seq, call_id, bytes, since_ms, attempts, due_ms FROM outbox_waiting WHERE adapter = ? ORDER BY seq',
    ),
    dead: prepared<Totals>(
      'SELECT count(*) AS rows, coalesce(sum(bytes), 0) AS bytes FROM outbox_dead WHERE adapter = ?',
    ),
    lastSeq: prepared<{ seq: number }>(
      'SELECT max(coalesce((SELECT max(seq) FROM outbox_waiting), 0), coalesce((SELECT max(seq) FROM outbox_dead), 0)) AS seq',
    ),
    dataVersion: prepared<{ data_version: number }>('PRAGMA data_version'),
  };
}
