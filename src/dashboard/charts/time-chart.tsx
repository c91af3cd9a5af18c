import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Columns } from '../call/series.ts';
import type { TimeWindow } from '../call/time-window.ts';
import { formatClock } from '../format.ts';
import { CANVAS_FONT, type Palette } from '../theme.ts';

/** Room for the numbers at the left, the same for all, so that their times stand under one another. */
export const AXIS_WIDTH = 48;
const TIME_AXIS_HEIGHT = 26;

/** What one chart draws; the time axis, the cursor and the size are the same for all. */
export interface ChartKind {
  readonly height: number;
  readonly range: readonly [number, number];
  readonly ticks: readonly number[];
  readonly unit?: (value: number) => string;
  readonly series: (palette: Palette) => readonly uPlot.Series[];
  /** Under the series. */
  readonly before?: (plot: uPlot, palette: Palette) => void;
  /** Over the series. */
  readonly after?: (plot: uPlot, palette: Palette) => void;
}

export interface TimeChartProps {
  readonly kind: ChartKind;
  readonly columns: Columns;
  readonly window: TimeWindow;
  readonly palette: Palette;
  /** Charts with one key share their cursor. */
  readonly syncKey: string;
  readonly timeAxis?: boolean;
  /** The position pointed at, in milliseconds of the call; null when none is. */
  readonly onCursor: (positionMs: number | null) => void;
}

/** A chart over the time of a call. What it shows also stands in a table, for whoever cannot see it. */
export function TimeChart(props: TimeChartProps) {
  const { kind, columns, window, palette, syncKey, timeAxis = false } = props;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const newest = useRef(props);
  newest.current = props;
  useLayoutEffect(() => {
    const element = box.current!;
    const data = newest.current.columns as unknown as uPlot.AlignedData;
    const made = new uPlot(optionsOf(newest, element.clientWidth), data, element);
    plot.current = made;
    const observer = new ResizeObserver(() => {
      made.setSize({ width: element.clientWidth, height: made.height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [kind, palette, syncKey, timeAxis]);
  useEffect(() => {
    plot.current?.batch(() => {
      plot.current?.setData(columns as unknown as uPlot.AlignedData, false);
      plot.current?.setScale('x', { min: window.fromMs / 1000, max: window.toMs / 1000 });
    });
  }, [columns, window, kind, palette, syncKey, timeAxis]);
  return <div class="chart" ref={box} aria-hidden="true" />;
}

function optionsOf(newest: { readonly current: TimeChartProps }, width: number): uPlot.Options {
  const { kind, palette, syncKey, timeAxis = false } = newest.current;
  const [low, high] = kind.range;
  return {
    width,
    height: kind.height + (timeAxis ? TIME_AXIS_HEIGHT : 0),
    legend: { show: false },
    padding: [6, 2, timeAxis ? 0 : 6, 0],
    scales: { x: { time: false, auto: false }, y: { auto: false, range: () => [low, high] } },
    series: [{}, ...kind.series(palette)],
    axes: [timeAxisOf(palette, timeAxis), valueAxisOf(kind, palette)],
    cursor: {
      sync: { key: syncKey, setSeries: false },
      drag: { x: false, y: false, setScale: false },
      y: false,
      points: { show: false },
    },
    hooks: {
      drawClear: [(plot) => newest.current.kind.before?.(plot, palette)],
      draw: [(plot) => newest.current.kind.after?.(plot, palette)],
      setCursor: [
        (plot) => {
          const left = plot.cursor.left ?? -1;
          newest.current.onCursor(left < 0 ? null : plot.posToVal(left, 'x') * 1000);
        },
      ],
    },
  };
}

function timeAxisOf(palette: Palette, shown: boolean): uPlot.Axis {
  return {
    stroke: palette.inkSoft,
    font: CANVAS_FONT,
    size: shown ? TIME_AXIS_HEIGHT : 0,
    space: 90,
    incrs: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600],
    grid: { stroke: palette.line, width: 1 },
    ticks: { show: false },
    values: (_, splits) => (shown ? splits.map((at) => formatClock(at * 1000)) : []),
  };
}

function valueAxisOf({ ticks, unit = String }: ChartKind, palette: Palette): uPlot.Axis {
  return {
    stroke: palette.inkSoft,
    font: CANVAS_FONT,
    size: AXIS_WIDTH,
    gap: 6,
    grid: { stroke: palette.line, width: 1 },
    ticks: { show: false },
    splits: () => [...ticks],
    values: (_, splits) => splits.map(unit),
  };
}
