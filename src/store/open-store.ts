import { closeSync, openSync } from 'node:fs';
import type Database from 'libsql';
import { IN_MEMORY } from '../config/schema-store.ts';
import type { Clock } from '../protocol/clock.ts';
import { TonewireError } from '../protocol/errors.ts';
import { Store } from './store.ts';
import { storeError } from './store-error.ts';

export interface StoreOptions {
  /** A file, or `:memory:`. */
  readonly path: string;
  readonly synchronous: 'normal' | 'full';
  readonly clock: Clock;
  /**
   * Keeps others that ask for the same off the file until it is closed or the process ends. A
   * gateway asks; a command that looks in beside it does not.
   */
  readonly alone: boolean;
}

/**
 * How long a statement waits for another process's transaction, which takes milliseconds. Audio
 * waits with a gateway, so it waits less.
 */
const BUSY_TIMEOUT_MS = { alone: 200, beside: 5000 };

type Open = (path: string, timeoutMs: number) => Database.Database;

/**
 * Opens the file, or makes it. Throws TW_STORE_LOCKED, TW_STORE_UNWRITABLE, TW_STORE_CORRUPT, or
 * TW_STORE_FAILED, the last also when SQLite's library does not load.
 */
export async function openStore({ path, synchronous, clock, alone }: StoreOptions): Promise<Store> {
  const open = await loadLibsql();
  if (path === IN_MEMORY) return new Store(open(path, 0), path, clock, () => undefined);
  makeFile(path);
  let release = () => undefined;
  try {
    if (alone) release = lock(`${path}-lock`, open);
    const timeoutMs = alone ? BUSY_TIMEOUT_MS.alone : BUSY_TIMEOUT_MS.beside;
    const database = openFile(() => open(path, timeoutMs), synchronous);
    return new Store(database, path, clock, release);
  } catch (cause) {
    release();
    throw storeError(cause, path);
  }
}

function openFile(open: () => Database.Database, synchronous: string): Database.Database {
  const database = open();
  try {
    // Rows are personal data: what was deleted is overwritten where that costs no further writing.
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = ${synchronous};
      PRAGMA secure_delete = FAST;
    `);
  } catch (cause) {
    database.close();
    throw cause;
  }
  return database;
}

/** Only when a store is wanted: a native library takes its time. */
async function loadLibsql(): Promise<Open> {
  try {
    const { default: Libsql } = await import('libsql');
    return (path, timeoutMs) => new Libsql(path, { timeout: timeoutMs });
  } catch (cause) {
    throw new TonewireError(
      'TW_STORE_FAILED',
      'The package libsql, or its part for this platform, does not load: npm install libsql.',
      { cause },
    );
  }
}

/** SQLite would make it readable by others, and say less about why it cannot. */
function makeFile(path: string): void {
  try {
    closeSync(openSync(path, 'a', 0o600));
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? `: ${cause.code}` : '';
    throw new TonewireError('TW_STORE_UNWRITABLE', `Store ${path} cannot be written${code}.`, {
      cause,
    });
  }
}

/** A lock that the system takes back however the process ends; the function lets go of it. */
function lock(path: string, open: Open): () => undefined {
  makeFile(path);
  const database = open(path, 0);
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    throw storeError(cause, path);
  }
  return () => {
    database.close();
    return undefined;
  };
}
