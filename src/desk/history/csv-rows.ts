import type { CallDetail, CallSummary, LegDetail } from '../../protocol/desk.ts';
import { EMOTIONS, LEGS } from '../../protocol/labels.ts';

type Row = Readonly<Record<string, string | number | boolean | null>>;

const TOTALS = ['audioMs', 'speechMs', 'updates', 'gapMs', 'dominant'] as const;

/** One row a call. */
export const HISTORY_COLUMNS: readonly string[] = [
  ...['callId', 'caller', 'source', 'startedAt', 'endedAt', 'durationMs', 'reason', 'consent'],
  ...['model', 'alerts', 'unacknowledged', 'notes', 'metadata'],
  ...LEGS.flatMap((leg) => ['analysed', ...TOTALS, ...EMOTIONS].map((name) => `${leg}.${name}`)),
];

export function historyRow({ legs, metadata, ...call }: CallSummary): Row {
  const row: Record<string, Row[string]> = { ...call, metadata: JSON.stringify(metadata) };
  for (const { leg, analysed, totals } of legs) {
    row[`${leg}.analysed`] = analysed;
    if (totals === null) continue;
    for (const name of TOTALS) row[`${leg}.${name}`] = totals[name];
    for (const emotion of EMOTIONS) {
      row[`${leg}.${emotion}`] = totals.meanProbabilities?.[emotion] ?? null;
    }
  }
  return row;
}

/** One row a reading, segment, change, gap, alert, suggestion or note of one call; `kind` says which. */
export const ROW_COLUMNS: readonly string[] = [
  ...['kind', 'leg', 'startMs', 'endMs', 'label', 'confidence', 'arousal', 'valence', 'speaking'],
  ...['pitchHz', 'intensityDb', 'speechRateHz', ...EMOTIONS, 'text', 'by', 'at'],
];

export function* callRows({ legs, alerts, suggestions, notes }: CallDetail): Iterable<Row> {
  for (const leg of legs) yield* legRows(leg);
  for (const { leg, atMs, text, raisedAt, acknowledgement } of alerts) {
    yield row('alert', leg, atMs, atMs, { text, at: raisedAt, by: acknowledgement?.by ?? null });
  }
  for (const { leg, atMs, text, at } of suggestions) {
    yield row('suggestion', leg, atMs, atMs, { text, at });
  }
  for (const { atMs, text, at, by } of notes) yield row('note', null, atMs, atMs, { text, at, by });
}

function* legRows({ leg, timeline, segments, changes, gaps }: LegDetail): Iterable<Row> {
  const { startMs, endMs, probabilities, ...columns } = timeline;
  for (const [index, start] of startMs.entries()) {
    const values: Record<string, Row[string]> = {};
    for (const [name, column] of Object.entries(columns)) values[name] = column[index] ?? null;
    for (const emotion of EMOTIONS) values[emotion] = probabilities[emotion]?.[index] ?? null;
    yield row('reading', leg, start, endMs[index] ?? start, values);
  }
  for (const { span, ...reading } of segments) {
    yield row('segment', leg, span.startMs, span.endMs, reading);
  }
  for (const { atMs, to, confidence } of changes) {
    yield row('change', leg, atMs, atMs, { label: to, confidence });
  }
  for (const { span, cause } of gaps) {
    yield row('gap', leg, span.startMs, span.endMs, { text: cause });
  }
}

function row(
  kind: string,
  leg: string | null,
  startMs: number | null,
  endMs: number | null,
  values: Row,
): Row {
  return { kind, leg, startMs, endMs, ...values };
}
