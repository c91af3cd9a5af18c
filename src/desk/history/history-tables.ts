import { EMOTIONS } from '../../protocol/labels.ts';
import type { Migration } from '../../store/migrations.ts';

/** Whose tables these are, in the store's list of migrations. */
export const HISTORY_OWNER = 'history';

/** The columns of a leg's mean probabilities, in the order of EMOTIONS. */
export const MEAN_COLUMNS = EMOTIONS.map((emotion) => `mean_${emotion}`);

/**
 * Times are ISO 8601 in UTC, which sort as text. What belongs to a call goes with it by a trigger,
 * so that no way of deleting a call can forget a part of it.
 */
export const HISTORY_MIGRATIONS: readonly Migration[] = [
  {
    name: '0001-calls',
    sql: `
      CREATE TABLE history_calls (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        call_id TEXT NOT NULL,
        caller TEXT,
        caller_key TEXT,
        source TEXT NOT NULL,
        started_at TEXT NOT NULL,
        ended_at TEXT NOT NULL,
        reason TEXT NOT NULL,
        consent TEXT NOT NULL,
        model TEXT NOT NULL,
        duration_ms REAL NOT NULL,
        sequence INTEGER NOT NULL,
        metadata TEXT NOT NULL,
        words TEXT NOT NULL
      );
      CREATE INDEX history_calls_started ON history_calls (started_at, id);
      CREATE INDEX history_calls_ended ON history_calls (ended_at);
      CREATE INDEX history_calls_call_id ON history_calls (call_id);
      CREATE INDEX history_calls_caller ON history_calls (caller_key);
      CREATE TABLE history_legs (
        call INTEGER NOT NULL,
        leg TEXT NOT NULL,
        analysed INTEGER NOT NULL,
        reason TEXT,
        audio_ms REAL,
        speech_ms REAL,
        updates INTEGER,
        gap_ms REAL,
        dominant TEXT,
        ${MEAN_COLUMNS.map((column) => `${column} REAL`).join(', ')},
        PRIMARY KEY (call, leg)
      ) WITHOUT ROWID;
      CREATE TABLE history_alerts (
        call INTEGER NOT NULL,
        alert_id TEXT NOT NULL,
        alert TEXT NOT NULL,
        acknowledged_by TEXT,
        acknowledged_at TEXT,
        PRIMARY KEY (call, alert_id)
      ) WITHOUT ROWID;
      CREATE TABLE history_notes (
        call INTEGER NOT NULL,
        note_id TEXT NOT NULL,
        note TEXT NOT NULL,
        PRIMARY KEY (call, note_id)
      ) WITHOUT ROWID;
      CREATE TABLE history_timelines (call INTEGER PRIMARY KEY, packed BLOB NOT NULL);
      CREATE TRIGGER history_call_deleted AFTER DELETE ON history_calls BEGIN
        DELETE FROM history_legs WHERE call = OLD.id;
        DELETE FROM history_alerts WHERE call = OLD.id;
        DELETE FROM history_notes WHERE call = OLD.id;
        DELETE FROM history_timelines WHERE call = OLD.id;
      END;
    `,
  },
];
