import type { Alert, CallSummary, Note } from '../../protocol/desk.ts';
import { EMOTIONS, type Label, LEGS } from '../../protocol/labels.ts';
import type { SqlRow, SqlValue, Store, StoreStatement } from '../../store/store.ts';
import type { CallOutline } from '../call-record.ts';
import { callerKey } from '../caller.ts';
import { MEAN_COLUMNS } from './history-tables.ts';

type Leg = CallSummary['legs'][number];
type Totals = NonNullable<Leg['totals']>;

export interface CallRow extends SqlRow {
  readonly id: number;
  readonly call_id: string;
  readonly caller: string | null;
  readonly source: string;
  readonly started_at: string;
  readonly ended_at: string;
  readonly reason: string;
  readonly consent: CallSummary['consent'];
  readonly model: string;
  readonly duration_ms: number;
  readonly sequence: number;
  readonly metadata: string;
}

interface AlertRow extends SqlRow {
  readonly alert: string;
  readonly acknowledged_by: string | null;
  readonly acknowledged_at: string | null;
}

/** Writes a finished call's rows and reads them back; what the rows are, only this file knows. */
export class CallRows {
  readonly #insertCall: StoreStatement<SqlRow>;
  readonly #insertLeg: StoreStatement<SqlRow>;
  readonly #insertAlert: StoreStatement<SqlRow>;
  readonly #insertNote: StoreStatement<SqlRow>;
  readonly #lastId: StoreStatement<{ id: number }>;
  readonly #legs: StoreStatement<SqlRow>;
  readonly #alerts: StoreStatement<AlertRow>;
  readonly #notes: StoreStatement<{ note: string }>;

  constructor(store: Store) {
    this.#insertCall = store.prepare(
      `INSERT INTO history_calls (call_id, caller, caller_key, source, started_at, ended_at, reason,
        consent, model, duration_ms, sequence, metadata, words)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    const legValues = Array.from({ length: 9 + EMOTIONS.length }, () => '?').join();
    this.#insertLeg = store.prepare(`INSERT INTO history_legs VALUES (${legValues})`);
    this.#insertAlert = store.prepare('INSERT INTO history_alerts VALUES (?, ?, ?, ?, ?)');
    this.#insertNote = store.prepare('INSERT INTO history_notes VALUES (?, ?, ?)');
    this.#lastId = store.prepare('SELECT last_insert_rowid() AS id');
    this.#legs = store.prepare('SELECT * FROM history_legs WHERE call = ?');
    this.#alerts = store.prepare('SELECT * FROM history_alerts WHERE call = ?');
    this.#notes = store.prepare('SELECT note FROM history_notes WHERE call = ?');
  }

  /** Within a transaction. Returns the row's id. */
  insert(call: CallOutline): number {
    const { callId, caller, source, metadata } = call;
    this.#insertCall.run(
      callId,
      caller,
      caller === null ? null : callerKey(caller),
      source,
      call.startedAt,
      call.endedAt ?? call.at,
      call.reason ?? '',
      call.consent,
      call.model,
      call.durationMs,
      call.sequence,
      JSON.stringify(metadata),
      [callId, caller ?? '', ...Object.values(metadata)].join('\n').toLowerCase(),
    );
    const { id } = this.#lastId.get()!;
    for (const leg of call.legs) this.#insertLeg.run(...legValues(id, leg));
    for (const { acknowledgement, ...alert } of call.alerts) {
      const { by = null, at = null } = acknowledgement ?? {};
      this.#insertAlert.run(id, alert.alertId, JSON.stringify(alert), by, at);
    }
    for (const note of call.notes) this.insertNote(id, note);
    return id;
  }

  insertNote(id: number, note: Note): void {
    this.#insertNote.run(id, note.noteId, JSON.stringify(note));
  }

  legs(id: number): Leg[] {
    const legs = this.#legs.all(id).map(legOf);
    return legs.sort((one, other) => LEGS.indexOf(one.leg) - LEGS.indexOf(other.leg));
  }

  /** In the order in which they were raised. */
  alerts(id: number): Alert[] {
    const alerts = this.#alerts.all(id).map(alertOf);
    return alerts.sort((one, other) => one.raisedAt.localeCompare(other.raisedAt));
  }

  /** In the order in which they were written. */
  notes(id: number): Note[] {
    const notes = this.#notes.all(id).map(({ note }): Note => JSON.parse(note));
    return notes.sort((one, other) => one.at.localeCompare(other.at));
  }

  summary(row: CallRow): CallSummary {
    const { id } = row;
    const alerts = this.#alerts.all(id);
    return {
      ...facts(row),
      endedAt: row.ended_at,
      reason: row.reason,
      durationMs: row.duration_ms,
      model: row.model,
      legs: this.legs(id),
      alerts: alerts.length,
      unacknowledged: alerts.filter((alert) => alert.acknowledged_at === null).length,
      notes: this.#notes.all(id).length,
    };
  }
}

/** What every shape of a call begins with. */
export function facts(row: CallRow) {
  return {
    callId: row.call_id,
    caller: row.caller,
    source: row.source,
    startedAt: row.started_at,
    consent: row.consent,
    metadata: JSON.parse(row.metadata) as Record<string, string>,
  };
}

function legValues(call: number, { leg, analysed, reason, totals }: Leg): SqlValue[] {
  const { audioMs = null, speechMs = null, updates = null, gapMs = null } = totals ?? {};
  const means = EMOTIONS.map((emotion) => totals?.meanProbabilities?.[emotion] ?? null);
  const dominant = totals?.dominant ?? null;
  const flag = analysed ? 1 : 0;
  return [call, leg, flag, reason ?? null, audioMs, speechMs, updates, gapMs, dominant, ...means];
}

function legOf(row: SqlRow): Leg {
  const reason = row.reason as string | null;
  return {
    leg: row.leg as Leg['leg'],
    analysed: row.analysed === 1,
    ...(reason !== null && { reason }),
    totals: row.updates === null ? null : totalsOf(row),
  };
}

function totalsOf(row: SqlRow): Totals {
  const means = MEAN_COLUMNS.map((column, index) => [EMOTIONS[index], row[column]]);
  const read = row[MEAN_COLUMNS[0]!] !== null;
  return {
    audioMs: row.audio_ms as number,
    speechMs: row.speech_ms as number,
    updates: row.updates as number,
    gapMs: row.gap_ms as number,
    dominant: row.dominant as Label,
    meanProbabilities: read ? Object.fromEntries(means) : null,
  };
}

function alertOf({ alert, acknowledged_by: by, acknowledged_at: at }: AlertRow): Alert {
  return { ...JSON.parse(alert), acknowledgement: by === null || at === null ? null : { by, at } };
}
