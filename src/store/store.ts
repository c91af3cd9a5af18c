import type Database from 'libsql';
import type { Clock } from '../protocol/clock.ts';
import { TonewireError } from '../protocol/errors.ts';
import { applyMigrations, type Migration } from './migrations.ts';
import { storeError } from './store-error.ts';

/** What SQLite stores. libsql hands numbers over as REAL: declare whole columns INTEGER, which makes them so. */
export type SqlValue = string | number | null | Uint8Array;

/** What a column came back as. */
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** One prepared statement; keep it as long as the store. Everything it throws is a TW_STORE_… error. */
export interface StoreStatement<Row> {
  /** Returns how many rows it changed. */
  run(...values: readonly SqlValue[]): number;
  all(...values: readonly SqlValue[]): Row[];
  /** The first row. */
  get(...values: readonly SqlValue[]): Row | undefined;
}

/**
 * The one embedded SQLite file. Each user brings its own tables by `migrate` and names them after
 * itself. Calls block for as long as SQLite takes, so keep transactions short: audio waits meanwhile.
 */
export class Store {
  /** `:memory:` when nothing is on disk. */
  readonly path: string;
  readonly #database: Database.Database;
  readonly #clock: Clock;
  readonly #release: () => void;
  #open = true;

  /** `release` lets go of whatever keeps other gateways off the file. See `openStore`. */
  constructor(database: Database.Database, path: string, clock: Clock, release: () => void) {
    this.#database = database;
    this.path = path;
    this.#clock = clock;
    this.#release = release;
  }

  /**
   * Brings the tables of `owner` up to date: what the file has not seen is applied, in order and in
   * one transaction, and recorded. Throws TW_STORE_NEWER when the file has seen one that is not listed.
   */
  migrate(owner: string, migrations: readonly Migration[]): void {
    this.transaction(() => applyMigrations(this, owner, migrations, this.#clock));
  }

  prepare<Row = SqlRow>(sql: string): StoreStatement<Row> {
    const statement = this.#coded(() => this.#database.prepare<SqlValue[][]>(sql));
    // Handed over as one list: libsql would take a single null for named values.
    return {
      run: (...values) => this.#coded(() => statement.run([...values]).changes),
      all: (...values) => this.#coded(() => statement.all([...values]) as Row[]),
      // libsql's own get() adds a member to the row.
      get: (...values) => this.#coded(() => (statement.all([...values]) as Row[])[0]),
    };
  }

  /** Several statements without values, separated by semicolons. */
  exec(sql: string): void {
    this.#coded(() => this.#database.exec(sql));
  }

  /** Runs `work`, which must be synchronous, and commits; when it throws, nothing has happened. */
  transaction<T>(work: () => T): T {
    this.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.exec('COMMIT');
      return result;
    } catch (cause) {
      if (this.#database.inTransaction) this.exec('ROLLBACK');
      throw cause;
    }
  }

  /** Writes what the log holds into the file and lets go of it. Safe to call again. */
  close(): void {
    if (!this.#open) return;
    try {
      // libsql keeps the file open until its statements are collected, so the log is emptied here.
      if (this.path !== ':memory:') this.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all();
    } finally {
      this.#open = false;
      this.#database.close();
      this.#release();
    }
  }

  #coded<T>(work: () => T): T {
    // A statement of libsql outlives its database.
    if (!this.#open) throw new TonewireError('TW_STORE_FAILED', 'The store is closed.');
    try {
      return work();
    } catch (cause) {
      throw storeError(cause, this.path);
    }
  }
}
