import type { Clock } from '../protocol/clock.ts';
import { TonewireError } from '../protocol/errors.ts';
import type { Store } from './store.ts';

/** One change of an owner's tables. Once released it stays as it is: a later one mends it. */
export interface Migration {
  /** Unique for its owner, such as `0001-messages`. */
  readonly name: string;
  readonly sql: string;
}

/** Call within a transaction. Throws TW_STORE_NEWER. */
export function applyMigrations(
  store: Store,
  owner: string,
  migrations: readonly Migration[],
  clock: Clock,
): void {
  store.exec(
    'CREATE TABLE IF NOT EXISTS migrations (owner TEXT, name TEXT, applied_ms INTEGER, PRIMARY KEY (owner, name)) WITHOUT ROWID',
  );
  const applied = new Set(
    store
      .prepare<{ name: string }>('SELECT name FROM migrations WHERE owner = ?')
      .all(owner)
      .map(({ name }) => name),
  );
  const record = store.prepare('INSERT INTO migrations VALUES (?, ?, ?)');
  for (const { name, sql } of migrations) {
    if (applied.delete(name)) continue;
    store.exec(sql);
    record.run(owner, name, clock.nowMs());
  }
  const [unknown] = applied;
  if (unknown === undefined) return;
  throw new TonewireError(
    'TW_STORE_NEWER',
    `Store ${store.path}: ${owner} was changed by "${unknown}", which this version does not know.`,
  );
}
