import type uPlot from 'uplot';
import type { Stretch } from '../../protocol/dashboard.ts';
import type { Palette } from '../theme.ts';
import { INTENSITY_RANGE_DB, INTENSITY_SERIES } from './chart-kinds.ts';
import type { ChartKind } from './time-chart.tsx';

/** Nats that fill half the chart; few stretches speak more clearly. */
const FULL_NATS = 0.5;
/** Share of the chart's height that a stretch of all the attention would take. */
const ATTENTION_HEIGHT = 0.5;

/**
 * What each stretch of speech added to the reading, over the intensity: bars up spoke for the
 * emotion, hollow bars down against it; the line at the foot is the attention.
 */
export function accountChart(stretches: readonly Stretch[]): ChartKind {
  return {
    height: 124,
    range: INTENSITY_RANGE_DB,
    ticks: [-60, -40, -20],
    unit: (value) => `${value} dB`,
    series: INTENSITY_SERIES,
    after: (plot, palette) => drawStretches(plot, stretches, palette),
  };
}

function drawStretches(plot: uPlot, stretches: readonly Stretch[], palette: Palette): void {
  const { ctx, bbox } = plot;
  const middle = bbox.top + bbox.height / 2;
  const { min = 0, max = 0 } = plot.scales.x ?? {};
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const { startMs, endMs, nats, weight } of stretches) {
    if (endMs < (min ?? 0) * 1000 || startMs > (max ?? 0) * 1000) continue;
    const left = plot.valToPos(startMs / 1000, 'x', true);
    const width = Math.max(1, plot.valToPos(endMs / 1000, 'x', true) - left - 1);
    const height = (Math.min(1, Math.abs(nats) / FULL_NATS) * bbox.height) / 2;
    if (nats >= 0) {
      ctx.fillStyle = palette.spokeFor;
      ctx.fillRect(left, middle - height, width, height);
    } else {
      ctx.strokeStyle = palette.spokeAgainst;
      ctx.lineWidth = devicePixelRatio;
      ctx.strokeRect(left + 0.5, middle + 0.5, Math.max(0.5, width - 1), height);
    }
    const foot = bbox.top + bbox.height - weight * bbox.height * ATTENTION_HEIGHT;
    ctx.fillStyle = palette.ink;
    ctx.fillRect(left, foot, width, Math.max(1, 1.5 * devicePixelRatio));
  }
  ctx.restore();
}
