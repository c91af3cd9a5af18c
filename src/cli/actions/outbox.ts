import { existsSync } from 'node:fs';
import {
  OutboxInspector,
  type OutboxLetter,
  type OutboxSelection,
} from '../../adapters/outbox/outbox-inspector.ts';
import { loadConfig } from '../../config/load-config.ts';
import { IN_MEMORY } from '../../config/schema-store.ts';
import { systemClock } from '../../protocol/clock.ts';
import { TonewireError } from '../../protocol/errors.ts';
import { openStore } from '../../store/open-store.ts';
import type { OutboxAction, OutboxOptions } from '../outbox.ts';

/** Opens the file beside whoever else has it, does the one thing, and says what was done. */
export async function outbox(
  action: OutboxAction,
  ids: readonly string[],
  options: OutboxOptions,
): Promise<void> {
  const selection = selectionOf(ids, options);
  const changes = action === 'replay' || action === 'drop';
  if (changes && !options.all && Object.values(selection).every((one) => one === undefined)) {
    throw new TonewireError('TW_USAGE', `Say which letters to ${action}, or --all.`);
  }
  const path = storePath(options);
  const store = await openStore({ path, synchronous: 'normal', clock: systemClock, alone: false });
  try {
    run(action, new OutboxInspector(store, systemClock), selection, options.json === true);
  } finally {
    store.close();
  }
}

function run(
  action: OutboxAction,
  inspector: OutboxInspector,
  selection: OutboxSelection,
  json: boolean,
): void {
  switch (action) {
    case 'list':
      sayLetters(inspector.list(selection), json);
      break;
    case 'show':
      for (const letter of inspector.list(selection)) {
        const event = inspector.event(letter);
        console.log(JSON.stringify({ ...letter, event }, null, json ? 0 : 2));
      }
      break;
    case 'replay':
    case 'drop': {
      const letters = inspector[action](selection);
      const done = action === 'replay' ? 'will be tried again' : 'dropped';
      console.log(json ? JSON.stringify({ letters }) : `${letters} ${done}.`);
    }
  }
}

function selectionOf(ids: readonly string[], options: OutboxOptions): OutboxSelection {
  const { adapter, call: callId, state, olderThan: olderThanMs } = options;
  return { ...(ids.length > 0 && { ids }), adapter, callId, state, olderThanMs };
}

function storePath({ config, store }: OutboxOptions): string {
  const flags = { 'store.path': store };
  const { path } = loadConfig({ file: config, env: process.env, flags }).store;
  if (path === IN_MEMORY) {
    throw new TonewireError(
      'TW_USAGE',
      'Name the file: --store FILE, or --config with store.path.',
    );
  }
  if (!existsSync(path)) throw new TonewireError('TW_USAGE', `There is no store at ${path}.`);
  return path;
}

function sayLetters(letters: readonly OutboxLetter[], json: boolean): void {
  if (json) {
    console.log(JSON.stringify({ letters }));
    return;
  }
  for (const letter of letters) console.log(line(letter, systemClock.nowMs()));
  const dead = letters.filter(({ state }) => state === 'dead').length;
  console.log(`${letters.length - dead} waiting, ${dead} dead.`);
}

function line(letter: OutboxLetter, nowMs: number): string {
  const { state, adapter, type, eventId, callId, sinceMs, attempts, dueMs, reason } = letter;
  const next = dueMs > nowMs ? `, next in ${age(dueMs - nowMs)}` : '';
  const why = reason === null ? '' : `  ${reason}`;
  const tries = `${attempts} ${attempts === 1 ? 'try' : 'tries'}${next}`;
  return `${state}  ${adapter}  ${type}  ${eventId}  call ${callId}  ${age(nowMs - sinceMs)} old, ${tries}${why}`;
}

const UNITS: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
];

function age(ms: number): string {
  const [unit, length] = UNITS.find(([, one]) => ms >= one) ?? ['s', 1000];
  return `${Math.floor(Math.max(ms, 0) / length)} ${unit}`;
}
