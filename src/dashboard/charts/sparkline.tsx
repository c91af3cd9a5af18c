import { useCallback } from 'preact/hooks';
import type { Sparkline as Points } from '../../protocol/dashboard.ts';
import { DESK_BOUNDS } from '../../protocol/desk-endpoints.ts';
import type { Label } from '../../protocol/labels.ts';
import { STRINGS } from '../strings.ts';
import { palette } from '../theme.ts';
import { Canvas } from './canvas.tsx';
import { drawRibbon } from './ribbon.ts';

const HEIGHT = 30;

export interface SparklineProps {
  readonly sparkline: Points;
  readonly width: number;
}

/** The last minute of a leg, newest at the right. */
export function Sparkline({ sparkline, width }: SparklineProps) {
  const colours = palette.value;
  const draw = useCallback(
    (context: CanvasRenderingContext2D) => {
      const { labels, confidences } = sparkline;
      const cell = width / DESK_BOUNDS.sparklinePoints;
      const first = width - labels.length * cell;
      context.fillStyle = colours.line;
      context.fillRect(0, HEIGHT - 1, width, 1);
      const cells = labels.map((label, index) => ({
        x: first + index * cell,
        // A hair wider than its place, so that no seam shows between two of a colour.
        width: cell + 0.5,
        label,
        confidence: confidences[index] ?? 0,
      }));
      drawRibbon(context, cells, HEIGHT - 1, colours);
    },
    [sparkline, width, colours],
  );
  return (
    <div class="sparkline">
      <Canvas width={width} height={HEIGHT} draw={draw} />
      <span class="visually-hidden">{STRINGS.wall.sparkline(inWords(sparkline.labels))}</span>
    </div>
  );
}

/** The labels of the minute and how long each was shown, most first. */
function inWords(labels: readonly (Label | null)[]): string {
  const seconds = new Map<Label, number>();
  for (const label of labels) {
    if (label !== null) seconds.set(label, (seconds.get(label) ?? 0) + 1);
  }
  return [...seconds]
    .sort(([, a], [, b]) => b - a)
    .map(([label, count]) => `${STRINGS.labels[label]} ${count} s`)
    .join(', ');
}
