import type { LegReading, LiveLeg, Sparkline } from '../../protocol/dashboard.ts';
import { DESK_BOUNDS } from '../../protocol/desk-endpoints.ts';

const { sparklinePoints, sparklineStepMs } = DESK_BOUNDS;

const EMPTY: Sparkline = { endMs: 0, labels: [], confidences: [], valences: [] };

/** The leg with its newest reading, also as the newest point of its sparkline. */
export function withReading(leg: LiveLeg, reading: LegReading): LiveLeg {
  return { ...leg, reading, sparkline: withPoint(leg.sparkline ?? EMPTY, reading) };
}

/**
 * One point a second: a reading within the second of the last point replaces it, seconds without
 * a reading are points without a label.
 */
function withPoint(
  sparkline: Sparkline,
  { atMs, label, confidence, valence }: LegReading,
): Sparkline {
  const { labels, confidences, valences } = sparkline;
  const endMs = Math.ceil(atMs / sparklineStepMs) * sparklineStepMs;
  const lastMs = labels.length === 0 ? endMs - sparklineStepMs : sparkline.endMs;
  const steps = Math.round((endMs - lastMs) / sparklineStepMs);
  if (steps < 0) return sparkline;
  const kept = steps === 0 ? -1 : labels.length;
  const missing = Math.min(Math.max(0, steps - 1), sparklinePoints);
  const joined = <T>(points: readonly T[], nothing: T, newest: T): T[] =>
    [...points.slice(0, kept), ...Array<T>(missing).fill(nothing), newest].slice(-sparklinePoints);
  return {
    endMs,
    labels: joined(labels, null, label),
    confidences: joined(confidences, 0, confidence),
    valences: joined(valences, 0, valence),
  };
}
