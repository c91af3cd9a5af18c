import { type ErrorCode, TonewireError } from '../protocol/errors.ts';

/** SQLite's primary result codes, https://www.sqlite.org/rescode.html; the others are TW_STORE_FAILED. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  SQLITE_BUSY: 'TW_STORE_LOCKED',
  SQLITE_LOCKED: 'TW_STORE_LOCKED',
  SQLITE_READONLY: 'TW_STORE_UNWRITABLE',
  SQLITE_CANTOPEN: 'TW_STORE_UNWRITABLE',
  SQLITE_PERM: 'TW_STORE_UNWRITABLE',
  SQLITE_FULL: 'TW_STORE_UNWRITABLE',
  SQLITE_CORRUPT: 'TW_STORE_CORRUPT',
  SQLITE_NOTADB: 'TW_STORE_CORRUPT',
};

/** Gives what SQLite or the file system threw its code. The message names the file, never a row. */
export function storeError(cause: unknown, path: string): TonewireError {
  if (cause instanceof TonewireError) return cause;
  const name = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  // An extended code, such as SQLITE_BUSY_SNAPSHOT, begins with its primary one.
  const primary = Object.keys(CODES).find((key) => name.startsWith(key));
  const code = (primary && CODES[primary]) || 'TW_STORE_FAILED';
  return new TonewireError(code, `Store ${path}: ${name || 'SQLite'} failed.`, { cause });
}
