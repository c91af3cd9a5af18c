import type uPlot from 'uplot';
import { STACK_ORDER } from '../call/series.ts';
import type { Palette } from '../theme.ts';
import type { ChartKind } from './time-chart.tsx';

/** The eight shares, stacked. Painted from the top of the stack down, each over the one above it. */
export const EXPRESSION_CHART: ChartKind = {
  height: 150,
  range: [0, 1],
  ticks: [0, 0.5, 1],
  unit: (value) => `${value * 100} %`,
  series: (palette) =>
    STACK_ORDER.toReversed().map((emotion) => ({
      stroke: palette.surface,
      width: 1,
      fill: palette.labels[emotion],
      points: { show: false },
    })),
};

/** Two lines, told apart by dashes too. */
export const AFFECT_CHART: ChartKind = {
  height: 96,
  range: [-1, 1],
  ticks: [-1, 0, 1],
  unit: (value) => (value > 0 ? `+${value}` : String(value)),
  series: (palette) => [line(palette.accent), { ...line(palette.spokeFor), dash: [5, 4] }],
};

export const PITCH_CHART: ChartKind = {
  height: 84,
  range: [50, 400],
  ticks: [100, 200, 300],
  unit: (value) => `${value} Hz`,
  series: (palette) => [
    {
      ...line(palette.ink),
      width: 1.25,
      spanGaps: false,
      points: { show: true, size: 4, fill: palette.ink, width: 0 },
    },
  ],
};

export const RATE_CHART: ChartKind = {
  height: 70,
  range: [0, 8],
  ticks: [0, 4, 8],
  unit: (value) => `${value} /s`,
  series: (palette) => [line(palette.ink)],
};

export const INTENSITY_RANGE_DB = [-75, 0] as const;

/** The intensity of the voice, under what the model weighed. */
export const INTENSITY_SERIES = (palette: Palette): readonly uPlot.Series[] => [
  { stroke: palette.inkSoft, width: 1, fill: palette.speech, fillTo: -75, points: { show: false } },
];

function line(stroke: string): uPlot.Series {
  return { stroke, width: 1.75, points: { show: false } };
}
