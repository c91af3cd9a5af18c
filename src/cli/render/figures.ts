import type { Interval, Metrics } from '../../evaluation/metrics.ts';
import { percent } from '../../evaluation/wording.ts';
import { EMOTIONS } from '../../protocol/labels.ts';

export function intervalWords({ low, high }: Interval): string {
  return `95 % over speakers: ${percent(low)} to ${percent(high)}`;
}

/** Recall and confusion, label by label. */
export function confusionLines({ perClass, confusion }: Metrics): string[] {
  const head = `  truth      recall   answered as ${EMOTIONS.map((e) => e.slice(0, 5).padStart(6)).join('')}`;
  const rows = EMOTIONS.flatMap((emotion, i) => {
    const metrics = perClass[emotion];
    if (metrics === undefined) return [];
    const counts = confusion.counts[i]!.map((count) => String(count).padStart(6)).join('');
    return [
      `  ${emotion.padEnd(9)} ${percent(metrics.recall).padStart(7)}               ${counts}`,
    ];
  });
  return [head, ...rows];
}
