import type { Alert, LegReading, LiveCall } from '../../protocol/dashboard.ts';
import type { Label } from '../../protocol/labels.ts';

/** How much a perceived expression, held with full confidence, asks for somebody's eyes; 0..1. */
const WEIGHT: Readonly<Record<Label, number>> = {
  anger: 1,
  fear: 0.9,
  disgust: 0.8,
  sadness: 0.7,
  surprise: 0.2,
  uncertain: 0.05,
  neutral: 0,
  calm: 0,
  happiness: 0,
  listening: 0,
};

/** Whether somebody should look at a call: an alert nobody took yet, one that somebody has, or none. */
export type AlertState = 'open' | 'acknowledged' | 'none';

export function alertState({ alerts }: LiveCall): AlertState {
  if (alerts.some(isOpen)) return 'open';
  return alerts.length > 0 ? 'acknowledged' : 'none';
}

export function isOpen({ acknowledgement }: Alert): boolean {
  return acknowledgement === null;
}

/** The alert that the wall shows: the newest that is open, else the newest. */
export function foremostAlert({ alerts }: LiveCall): Alert | undefined {
  return alerts.findLast(isOpen) ?? alerts.at(-1);
}

/** Higher stands further up the wall: open alerts before all else, then what is heard now. */
export function needsAttention(call: LiveCall): number {
  const open = call.alerts.filter(isOpen).length;
  return open * 10 + Math.max(0, ...call.legs.map(({ reading }) => urgency(reading)));
}

function urgency(reading: LegReading | null): number {
  return reading ? WEIGHT[reading.label] * reading.confidence : 0;
}
