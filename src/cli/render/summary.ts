import type { EventData } from '../../protocol/events.ts';
import type { CallView } from './call-view.ts';
import { percent, plain, ranked, seconds } from './units.ts';

type EndedLeg = EventData<'call.ended'>['legs'][number];

const HEADINGS = ['leg', 'audio', 'speech', 'updates', 'gaps', 'perceived expression'];

/** How many of the mean probabilities are named. */
const NAMED = 3;

/** The whole call as a table; nothing before it has ended. */
export function summary(view: CallView): string[] {
  const { ended } = view;
  if (ended === undefined) return [];
  const rows = ended.legs.map((leg) => legRow(leg, reasonOf(view, leg)));
  return [
    '',
    `Call ${plain(ended.callId)}: ${plain(ended.reason)} after ${seconds(ended.durationMs)}, ${count(view.changes.length, 'change')} of label, ${count(view.alerts.length, 'alert')}.`,
    '',
    ...table([HEADINGS, ...rows]),
  ];
}

function legRow(leg: EndedLeg, reason: string): string[] {
  const { audioMs, speechMs, updates, gapMs } = leg;
  if (!leg.analysed) return [leg.leg, seconds(audioMs), '–', '–', '–', `not analysed: ${reason}`];
  const numbers = [seconds(audioMs), seconds(speechMs), String(updates), seconds(gapMs)];
  return [leg.leg, ...numbers, `${leg.dominant}${mean(leg)}`];
}

function mean({ meanProbabilities }: EndedLeg): string {
  if (meanProbabilities === null) return '';
  const named = ranked(meanProbabilities).slice(0, NAMED);
  return `   (mean: ${named.map(([emotion, share]) => `${emotion} ${percent(share)}`).join(', ')})`;
}

function reasonOf({ legs }: CallView, { leg }: EndedLeg): string {
  return plain(legs.find((known) => known.leg === leg)?.reason ?? 'no reason given');
}

/** Rows of cells as aligned lines; the last column may be as long as it likes. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const columns = rows[0]?.length ?? 0;
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('   ')
      .trimEnd(),
  );
}

const count = (n: number, noun: string) => `${n} ${noun}${n === 1 ? '' : 's'}`;
