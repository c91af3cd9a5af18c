import type { LiveCalls } from '../protocol/desk.ts';
import { DESK_BOUNDS } from '../protocol/desk-endpoints.ts';
import type { CallRecord } from './call-record.ts';

/** The live calls that started first, as many as an answer holds, and how many there are. */
export function liveCalls(records: Iterable<CallRecord>, total: number, at: string): LiveCalls {
  const calls = [];
  for (const record of records) {
    if (calls.length === DESK_BOUNDS.maxLiveCalls) break;
    calls.push(record.toLive());
  }
  return { at, calls, total };
}
