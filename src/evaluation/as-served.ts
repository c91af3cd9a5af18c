import type { Emotion } from '../protocol/labels.ts';
import { judgeLast } from './judge.ts';
import { type Confusion, measure } from './metrics.ts';
import type { ClipReading } from './stream-clip.ts';

/**
 * The same recordings judged by what a listener is told, all emotions open that may be told. Figures over a
 * corpus' own labels cannot show that a network takes its voices for labels that it does not have.
 */
export interface AsServed {
  readonly accuracy: number;
  readonly unweightedAccuracy: number;
  /** Share of the answers, 0..1, of every label that is no answer elsewhere in the report. */
  readonly otherLabels: Readonly<Partial<Record<Emotion, number>>>;
  readonly confusion: Confusion;
}

/** null where all that may be told counts anyway. */
export function asServed(
  readings: readonly ClipReading[],
  labels: readonly Emotion[],
  emotions: readonly Emotion[],
): AsServed | null {
  const others = emotions.filter((label) => !labels.includes(label));
  if (others.length === 0) return null;
  const judged = judgeLast(readings, emotions);
  const { accuracy, unweightedAccuracy, confusion } = measure(judged);
  const shareOf = (label: Emotion) =>
    judged.filter(({ predicted }) => predicted === label).length / judged.length;
  const otherLabels = Object.fromEntries(others.map((label) => [label, shareOf(label)]));
  return { accuracy, unweightedAccuracy, otherLabels, confusion };
}
