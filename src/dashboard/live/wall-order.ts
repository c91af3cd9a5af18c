import type { LiveCall } from '../../protocol/dashboard.ts';
import { alertState, needsAttention } from './needs-attention.ts';

export const WALL_SORTS = ['attention', 'longest', 'newest', 'caller'] as const;
export type WallSort = (typeof WALL_SORTS)[number];

export const WALL_FILTERS = ['all', 'alerts', 'negative', 'not-analysed'] as const;
export type WallFilter = (typeof WALL_FILTERS)[number];

export interface WallQuery {
  readonly sort: WallSort;
  readonly filter: WallFilter;
  readonly search: string;
}

/** From this on the wall counts an expression as one to look at; 0..1. */
const NEGATIVE = 0.35;

/** The calls that are asked for, in the order that is asked for; equals keep their places. */
export function orderCalls(calls: Iterable<LiveCall>, query: WallQuery): LiveCall[] {
  const words = query.search.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = [...calls].filter((call) => passes(call, query.filter) && holds(call, words));
  return shown.sort(COMPARE[query.sort]);
}

const byStart = (a: LiveCall, b: LiveCall) =>
  a.startedAt === b.startedAt ? 0 : a.startedAt < b.startedAt ? -1 : 1;

const COMPARE: Readonly<Record<WallSort, (a: LiveCall, b: LiveCall) => number>> = {
  attention: (a, b) => needsAttention(b) - needsAttention(a) || byStart(a, b),
  longest: byStart,
  newest: (a, b) => byStart(b, a),
  caller: (a, b) => nameOf(a).localeCompare(nameOf(b)) || byStart(a, b),
};

function passes(call: LiveCall, filter: WallFilter): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'alerts':
      return alertState(call) !== 'none';
    case 'negative':
      return needsAttention(call) >= NEGATIVE;
    case 'not-analysed':
      return call.legs.every(({ analysed }) => !analysed);
  }
}

function holds(call: LiveCall, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const text = [call.callId, call.caller, call.source, ...Object.values(call.metadata)]
    .join('\n')
    .toLowerCase();
  return words.every((word) => text.includes(word));
}

/** What a call goes by: its caller or, where none was named, its id. */
export function nameOf({ caller, callId }: Pick<LiveCall, 'caller' | 'callId'>): string {
  return caller ?? callId;
}
