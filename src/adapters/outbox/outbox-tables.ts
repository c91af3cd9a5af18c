import type { Migration } from '../../store/migrations.ts';

/** Who the tables belong to, among the store's migrations. */
export const OUTBOX_OWNER = 'outbox';

/** No index but the primary key: the order of acceptance is all that a running gateway asks for. */
export const OUTBOX_MIGRATIONS: readonly Migration[] = [
  {
    name: '0001-waiting-and-dead',
    sql: `
      CREATE TABLE outbox_waiting (
        seq INTEGER PRIMARY KEY,
        adapter TEXT NOT NULL,
        call_id TEXT NOT NULL,
        event_id TEXT NOT NULL,
        type TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        since_ms INTEGER NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        due_ms INTEGER NOT NULL DEFAULT 0,
        reason TEXT,
        event TEXT NOT NULL
      );
      CREATE TABLE outbox_dead (
        seq INTEGER PRIMARY KEY,
        adapter TEXT NOT NULL,
        call_id TEXT NOT NULL,
        event_id TEXT NOT NULL,
        type TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        since_ms INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        died_ms INTEGER NOT NULL,
        reason TEXT,
        event TEXT NOT NULL
      );`,
  },
];
