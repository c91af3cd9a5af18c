import { fourDecimals } from '../pipeline/decimals.ts';
import type { Sparkline } from '../protocol/desk.ts';
import { DESK_BOUNDS } from '../protocol/desk-endpoints.ts';
import { COLUMNS, type ReadingTable } from './reading-table.ts';

const { sparklinePoints, sparklineStepMs } = DESK_BOUNDS;

/** The last minute of a leg, one point a second; null before the first reading. */
export function sparkline(readings: ReadingTable): Sparkline | null {
  if (readings.length === 0) return null;
  const endMs = readings.at(readings.length - 1, COLUMNS.endMs);
  const firstMs = readings.at(0, COLUMNS.startMs);
  const points = Math.min(sparklinePoints, 1 + Math.floor((endMs - firstMs) / sparklineStepMs));
  const rows = Array.from({ length: points }, (_, point) =>
    readings.rowAt(endMs - (points - 1 - point) * sparklineStepMs),
  );
  return {
    endMs,
    labels: rows.map((row) => readings.label(row)),
    confidences: rows.map((row) => fourDecimals(readings.at(row, COLUMNS.confidence))),
    valences: rows.map((row) => fourDecimals(readings.at(row, COLUMNS.valence))),
  };
}
