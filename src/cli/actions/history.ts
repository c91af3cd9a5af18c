import { createWriteStream, existsSync } from 'node:fs';
import { loadConfig } from '../../config/load-config.ts';
import { IN_MEMORY } from '../../config/schema-store.ts';
import { History } from '../../desk/history/history.ts';
import { foundCalls, writeHistory } from '../../desk/history/history-export.ts';
import { HISTORY_MIGRATIONS, HISTORY_OWNER } from '../../desk/history/history-tables.ts';
import { createLogger } from '../../log/logger.ts';
import { systemClock } from '../../protocol/clock.ts';
import type { CallSummary } from '../../protocol/desk.ts';
import { type HistoryQuery, HistoryQuerySchema } from '../../protocol/desk-history.ts';
import { TonewireError } from '../../protocol/errors.ts';
import { checkOf } from '../../protocol/validate.ts';
import { openStore } from '../../store/open-store.ts';
import { configFlags } from '../config-flags.ts';
import type {
  HistoryDeleteOptions,
  HistoryExportOptions,
  HistoryFilterOptions,
  HistoryOptions,
} from '../history.ts';
import { plain, seconds } from '../render/units.ts';

const parseFilter = checkOf<HistoryQuery>(HistoryQuerySchema);

/** Prints one line a call. */
export async function listCalls(options: HistoryFilterOptions): Promise<void> {
  await onHistory(options, async (history) => {
    for (const call of foundCalls(history.search, filterOf(options))) console.log(lineOf(call));
  });
}

/** Writes what the filter finds to a file, or to standard output. */
export async function exportCalls(options: HistoryExportOptions): Promise<void> {
  const { out, format } = options;
  await onHistory(options, async (history) => {
    const output = out === undefined ? process.stdout : createWriteStream(out, { mode: 0o600 });
    await writeHistory(foundCalls(history.search, filterOf(options)), format, output);
  });
}

/** Deletes the calls of a caller, or of an id, and says how many. */
export async function deleteCalls(options: HistoryDeleteOptions): Promise<void> {
  const { caller, call } = options;
  await onHistory(options, async (history) => {
    if (caller !== undefined && call === undefined) say(history.deleteCaller(caller));
    else if (call !== undefined && caller === undefined) say(history.deleteCall(call));
    else throw new TonewireError('TW_USAGE', 'history delete takes either --caller or --call.');
  });
}

/** The calls of a person are what the person asked for: the words around them say no more. */
function say(calls: number): void {
  console.log(`${calls} ${calls === 1 ? 'call' : 'calls'} deleted.`);
}

async function onHistory(
  options: HistoryOptions,
  work: (history: History) => Promise<void>,
): Promise<void> {
  const flags = { 'store.path': options.store, ...configFlags(options) };
  const config = loadConfig({ file: options.config, env: process.env, flags });
  const { path } = config.store;
  if (path === IN_MEMORY || !existsSync(path)) {
    throw new TonewireError('TW_USAGE', 'Name the file of a store: --store FILE, or store.path.');
  }
  const clock = systemClock;
  // Beside a gateway that may be running on it.
  const store = await openStore({ ...config.store, clock, alone: false });
  try {
    store.migrate(HISTORY_OWNER, HISTORY_MIGRATIONS);
    const logger = createLogger(config.log.level, process.stderr, clock);
    const counters = { displaced: NOT_COUNTED, failed: NOT_COUNTED };
    await work(new History({ store, config, clock, logger, counters }));
  } finally {
    store.close();
  }
}

const NOT_COUNTED = { inc: () => undefined };

function filterOf({ search, from, to }: HistoryFilterOptions): HistoryQuery {
  return parseFilter({
    ...(search !== undefined && { search }),
    ...(from !== undefined && { fromDay: from }),
    ...(to !== undefined && { toDay: to }),
  });
}

function lineOf({ callId, caller, startedAt, durationMs, legs, alerts }: CallSummary): string {
  const heard = legs.flatMap(({ leg, totals }) => (totals ? [`${leg} ${totals.dominant}`] : []));
  const raised = alerts === 0 ? [] : [`${alerts} ${alerts === 1 ? 'alert' : 'alerts'}`];
  const parts = [startedAt, callId, caller ?? '-', seconds(durationMs), ...heard, ...raised];
  return parts.map(plain).join('  ');
}
