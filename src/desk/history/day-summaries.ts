import { fourDecimals } from '../../pipeline/decimals.ts';
import { DESK_BOUNDS } from '../../protocol/desk-endpoints.ts';
import type { DaySummary, DaysQuery } from '../../protocol/desk-history.ts';
import type { Probabilities } from '../../protocol/events.ts';
import { EMOTIONS } from '../../protocol/labels.ts';
import type { SqlRow, Store } from '../../store/store.ts';
import { MEAN_COLUMNS } from './history-tables.ts';

/** Means are weighted by the speech that they are over; legs without a reading do not count. */
const MEANS = MEAN_COLUMNS.map(
  (column) => `sum(${column} * speech_ms) / sum(iif(${column} IS NULL, 0, speech_ms)) AS ${column}`,
).join(', ');

const DAY = 'substr(started_at, 1, 10)';

/** The days with at least one call, newest first; as many as an answer holds. */
export function daySummaries(store: Store, query: DaysQuery): DaySummary[] {
  const { fromDay = '', toDay = '9999' } = query;
  const between = [fromDay, `${toDay}Z`];
  const calls = store
    .prepare<{ day: string; calls: number; duration_ms: number }>(
      `SELECT ${DAY} AS day, count(*) AS calls, sum(duration_ms) AS duration_ms FROM history_calls
        WHERE started_at >= ? AND started_at < ? GROUP BY day ORDER BY day DESC LIMIT ?`,
    )
    .all(...between, DESK_BOUNDS.maxDays);
  const speech = byDay(store, 'history_legs', 'sum(speech_ms) AS speech_ms', 'analysed', between);
  const means = byDay(store, 'history_legs', MEANS, "leg = 'customer'", between);
  const counts = 'count(*) AS alerts, sum(acknowledged_at IS NULL) AS unacknowledged';
  const alerts = byDay(store, 'history_alerts', counts, 'true', between);
  return calls.map(({ day, calls: count, duration_ms: durationMs }) => ({
    day,
    calls: count,
    durationMs,
    speechMs: numberOf(speech.get(day)?.speech_ms),
    alerts: numberOf(alerts.get(day)?.alerts),
    unacknowledged: numberOf(alerts.get(day)?.unacknowledged),
    meanProbabilities: meansOf(means.get(day)),
  }));
}

function byDay(
  store: Store,
  table: string,
  columns: string,
  condition: string,
  between: readonly string[],
): ReadonlyMap<string, SqlRow> {
  const rows = store
    .prepare(
      `SELECT ${DAY} AS day, ${columns} FROM ${table} JOIN history_calls ON call = id
        WHERE started_at >= ? AND started_at < ? AND ${condition} GROUP BY day`,
    )
    .all(...between);
  return new Map(rows.map((row) => [String(row.day), row]));
}

function numberOf(value: SqlRow[string] | undefined): number {
  return typeof value === 'number' ? value : 0;
}

function meansOf(row: SqlRow | undefined): Probabilities | null {
  if (row === undefined || row[MEAN_COLUMNS[0]!] === null) return null;
  const means = EMOTIONS.map((emotion, i) => [
    emotion,
    fourDecimals(numberOf(row[MEAN_COLUMNS[i]!])),
  ]);
  return Object.fromEntries(means);
}
