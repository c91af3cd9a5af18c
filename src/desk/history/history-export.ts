import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import type { Response } from 'express';
import type { CallDetail, CallSummary } from '../../protocol/desk.ts';
import { DESK_BOUNDS } from '../../protocol/desk-endpoints.ts';
import type { HistoryExport } from '../../protocol/desk-history.ts';
import { callRows, HISTORY_COLUMNS, historyRow, ROW_COLUMNS } from './csv-rows.ts';
import type { HistoryFilter, HistorySearch } from './history-search.ts';

type Format = HistoryExport['format'];

const MEDIA_TYPES: Readonly<Record<Format, string>> = {
  csv: 'text/csv; charset=utf-8',
  json: 'application/json; charset=utf-8',
};

/** Every call that a search finds, newest first, page by page: never more than a page is in memory. */
export function* foundCalls(search: HistorySearch, filter: HistoryFilter): Iterable<CallSummary> {
  let cursor: string | null = null;
  let left: number = DESK_BOUNDS.maxExportedCalls;
  do {
    const limit = Math.min(left, DESK_BOUNDS.maxHistoryPage);
    const page = search.page({ ...filter, limit, ...(cursor !== null && { cursor }) });
    yield* page.calls;
    left -= page.calls.length;
    cursor = page.nextCursor;
  } while (cursor !== null && left > 0);
}

/** Streams what a search finds as a download. */
export async function sendHistory(
  search: HistorySearch,
  { format, ...filter }: HistoryExport,
  response: Response,
): Promise<void> {
  download(response, format, 'calls');
  await untilGone(response, writeHistory(foundCalls(search, filter), format, response));
}

export async function writeHistory(
  calls: Iterable<CallSummary>,
  format: Format,
  output: NodeJS.WritableStream,
): Promise<void> {
  if (format === 'json') await pipeline(Readable.from(jsonParts(calls)), output);
  else await pipeline(Readable.from(mapped(calls, historyRow)), csv(HISTORY_COLUMNS), output);
}

/** Sends one call, with its timeline, as a download. */
export async function sendCall(
  call: CallDetail,
  format: Format,
  response: Response,
): Promise<void> {
  download(response, format, 'call');
  if (format === 'json') response.send(JSON.stringify(call));
  else
    await untilGone(response, pipeline(Readable.from(callRows(call)), csv(ROW_COLUMNS), response));
}

/** Whoever breaks off a download has not met a failure of ours. */
async function untilGone(response: Response, written: Promise<void>): Promise<void> {
  await written.catch((cause: unknown) => {
    if (!response.destroyed || response.writableFinished) throw cause;
  });
}

/** A file's name says nothing of whose call it is. */
function download(response: Response, format: Format, name: string): void {
  response.set('content-type', MEDIA_TYPES[format]);
  response.attachment(`tonewire-${name}.${format}`);
}

/** Words of a caller or a note that a spreadsheet would run as a formula come out as text. */
function csv(columns: readonly string[]) {
  const cast = { boolean: String };
  return stringify({ header: true, columns: [...columns], escape_formulas: true, cast });
}

function* mapped<T, U>(items: Iterable<T>, map: (item: T) => U): Iterable<U> {
  for (const item of items) yield map(item);
}

function* jsonParts(calls: Iterable<CallSummary>): Iterable<string> {
  let before = '{"calls":[';
  for (const call of calls) {
    yield `${before}${JSON.stringify(call)}`;
    before = ',\n';
  }
  yield before === ',\n' ? ']}\n' : `${before}]}\n`;
}
