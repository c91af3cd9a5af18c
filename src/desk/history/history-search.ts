import type { HistoryPage, HistoryQuery } from '../../protocol/desk-history.ts';
import { TonewireError } from '../../protocol/errors.ts';
import type { SqlValue, Store } from '../../store/store.ts';
import { type CallRow, CallRows } from './call-rows.ts';

export type HistoryFilter = Omit<HistoryQuery, 'limit' | 'cursor'>;

const DEFAULT_LIMIT = 50;

/** Finds finished calls, newest first. */
export class HistorySearch {
  readonly #store: Store;
  readonly #rows: CallRows;

  constructor(store: Store) {
    this.#store = store;
    this.#rows = new CallRows(store);
  }

  /** One page. Throws TW_BAD_REQUEST for a cursor that is none of ours. */
  page({ limit = DEFAULT_LIMIT, cursor, ...filter }: HistoryQuery): HistoryPage {
    const { conditions, values } = where(filter);
    if (cursor !== undefined) {
      const { startedAt, id } = parseCursor(cursor);
      conditions.push('(started_at, id) < (?, ?)');
      values.push(startedAt, id);
    }
    const filtered = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
    const sql = `SELECT * FROM history_calls AS calls ${filtered} ORDER BY started_at DESC, id DESC LIMIT ?`;
    // One more than asked for shows whether there is a next page.
    const rows = this.#store.prepare<CallRow>(sql).all(...values, limit + 1);
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    return {
      calls: shown.map((row) => this.#rows.summary(row)),
      nextCursor: rows.length > limit && last !== undefined ? cursorOf(last) : null,
    };
  }
}

function where({ search, fromDay, toDay, dominant, source, alerts }: HistoryFilter) {
  const conditions: string[] = [];
  const values: SqlValue[] = [];
  const add = (condition: string, ...bound: SqlValue[]) => {
    conditions.push(condition);
    values.push(...bound);
  };
  for (const word of search?.toLowerCase().split(/\s+/) ?? []) {
    if (word !== '') add('instr(words, ?) > 0', word);
  }
  if (fromDay !== undefined) add('started_at >= ?', fromDay);
  // A moment of the day goes on with "T", which sorts before "Z".
  if (toDay !== undefined) add('started_at < ?', `${toDay}Z`);
  if (source !== undefined) add('source = ?', source);
  if (dominant !== undefined) {
    add('id IN (SELECT call FROM history_legs WHERE dominant = ?)', dominant);
  }
  if (alerts !== undefined) {
    const open = alerts === 'unacknowledged' ? 'AND acknowledged_at IS NULL' : '';
    add(`EXISTS (SELECT 1 FROM history_alerts WHERE call = calls.id ${open})`);
  }
  return { conditions, values };
}

function cursorOf({ started_at: startedAt, id }: CallRow): string {
  return Buffer.from(`${startedAt} ${id}`).toString('base64url');
}

function parseCursor(cursor: string): { startedAt: string; id: number } {
  const match = /^([\d:.TZ-]{24}) (\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString());
  if (match === null) throw new TonewireError('TW_BAD_REQUEST', 'The cursor is not one of ours.');
  return { startedAt: match[1] ?? '', id: Number(match[2]) };
}
