import type { Timeline } from '../../protocol/dashboard.ts';
import type { Emotion } from '../../protocol/labels.ts';
import { pointsWithin, type TimeWindow } from './time-window.ts';

/** From the bottom of the stack: what asks for nothing below, what asks for somebody on top. */
export const STACK_ORDER: readonly Emotion[] = [
  'neutral',
  'calm',
  'happiness',
  'surprise',
  'sadness',
  'fear',
  'disgust',
  'anger',
];

/** Seconds of the points within the window. */
export type Columns = readonly [x: number[], ...y: (number | null)[][]];

/** A reading stands for its span; its point is drawn at the end of it. */
function seconds(timeline: Timeline, window: TimeWindow) {
  const [first, end] = pointsWithin(timeline.endMs, window);
  const cut = <T>(column: readonly T[]) => column.slice(first, end);
  return { x: cut(timeline.endMs).map((ms) => ms / 1000), cut };
}

/** The eight shares one upon the other; the top of the stack comes first, the way it is painted. */
export function stackedShares(timeline: Timeline, window: TimeWindow): Columns {
  const { x, cut } = seconds(timeline, window);
  const sums = x.map(() => 0);
  const stack = STACK_ORDER.map((emotion) => {
    cut(timeline.probabilities[emotion]).forEach((share, i) => {
      sums[i]! += share;
    });
    return [...sums];
  });
  return [x, ...stack.toReversed()];
}

export function affect(timeline: Timeline, window: TimeWindow): Columns {
  const { x, cut } = seconds(timeline, window);
  return [x, cut(timeline.arousal), cut(timeline.valence)];
}

export function intensity(timeline: Timeline, window: TimeWindow): Columns {
  const { x, cut } = seconds(timeline, window);
  return [x, cut(timeline.intensityDb)];
}

export function pitch(timeline: Timeline, window: TimeWindow): Columns {
  const { x, cut } = seconds(timeline, window);
  return [x, cut(timeline.pitchHz)];
}

export function speechRate(timeline: Timeline, window: TimeWindow): Columns {
  const { x, cut } = seconds(timeline, window);
  return [x, cut(timeline.speechRateHz)];
}
