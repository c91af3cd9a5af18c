import { BLUE, INK, nameAxis, ORANGE, plot, shade, shareAxis } from './plot.ts';
import type { Report } from './report-schema.ts';

const GRID = { left: 56, right: 24, top: 36, bottom: 48 };
const WIDE = { width: 640, height: 320 };
const BAR_LABEL = { show: true, position: 'top', color: INK, fontSize: 12 };
const EVERY_NAME = { axisLabel: { color: INK, interval: 0 } };
/** Beyond so many speakers their names do not fit below the bars. */
const MOST_NAMES = 30;

const whole = (share: number) => String(Math.round(100 * share));

/** Share of each true label's recordings that got each answer. */
export function confusionPlot({ overall, data }: Report): string {
  const { labels, counts } = overall.confusion;
  const rows = labels.flatMap((label, i) => (overall.perClass[label] === undefined ? [] : [i]));
  const columns = labels.flatMap((label, i) => {
    const answered = counts.some((row) => row[i]! > 0);
    return answered || data.labels.includes(label) ? [i] : [];
  });
  const cells = rows.flatMap((truth, y) => {
    const support = counts[truth]!.reduce((sum, count) => sum + count);
    return columns.map((answer, x) => {
      const share = counts[truth]![answer]! / support;
      return {
        value: [x, y, share],
        itemStyle: { color: shade(share) },
        label: { color: share > 0.55 ? '#fff' : INK, formatter: share === 0 ? '' : whole(share) },
      };
    });
  });
  const names = (indices: readonly number[]) => indices.map((i) => labels[i]!);
  return plot(
    {
      grid: { left: 86, right: 16, top: 16, bottom: 56 },
      xAxis: nameAxis(names(columns), {
        ...EVERY_NAME,
        name: 'answer',
        nameLocation: 'middle',
        nameGap: 32,
      }),
      yAxis: nameAxis(names(rows), { inverse: true }),
      visualMap: { show: false, min: 0, max: 1, dimension: 2, inRange: { color: [BLUE, BLUE] } },
      series: [{ type: 'heatmap', data: cells, label: { show: true } }],
    },
    { width: 640, height: 80 + 44 * rows.length },
  );
}

export function recallPlot({ overall }: Report): string {
  const classes = Object.entries(overall.perClass);
  return plot(
    {
      grid: GRID,
      xAxis: nameAxis(
        classes.map(([label]) => label),
        EVERY_NAME,
      ),
      yAxis: shareAxis('recall'),
      series: [bars(classes.map(([, { recall }]) => recall))],
    },
    WIDE,
  );
}

/** Unweighted accuracy by speech heard, and at the recordings' ends as a dashed line. */
export function secondsPlot({ secondsHeard }: Report): string {
  const { marks, end } = secondsHeard;
  const points = marks.map((mark) => [mark.speechMs / 1000, mark.unweightedAccuracy]);
  return plot(
    {
      grid: GRID,
      xAxis: shareAxis('seconds of speech', {
        max: null,
        interval: 0.5,
        axisLabel: { color: INK },
        nameLocation: 'middle',
        nameGap: 30,
      }),
      yAxis: shareAxis('unweighted accuracy', { nameTextStyle: { color: INK, align: 'left' } }),
      series: [
        {
          ...line('', points, BLUE),
          markLine: level(
            end.unweightedAccuracy,
            `end ${whole(end.unweightedAccuracy)}`,
            'insideStartTop',
          ),
        },
      ],
    },
    WIDE,
  );
}

/** Unweighted accuracy by noise; null where the report has no noisy condition. */
export function noisePlot({ conditions }: Report): string | null {
  const clean = conditions[0]!;
  const noisy = conditions.filter(({ snrDb }) => snrDb !== null);
  if (noisy.length === 0) return null;
  const rows = [clean, ...noisy];
  const band = (name: string, values: number[], opacity: number) => ({
    name,
    type: 'line',
    stack: 'interval',
    symbol: 'none',
    silent: true,
    lineStyle: { opacity: 0 },
    areaStyle: { color: BLUE, opacity },
    data: values,
  });
  return plot(
    {
      grid: GRID,
      xAxis: nameAxis(
        rows.map(({ snrDb }) => (snrDb === null ? 'clean' : `${snrDb} dB`)),
        { name: 'signal to noise', nameLocation: 'middle', nameGap: 30 },
      ),
      yAxis: shareAxis('unweighted accuracy', { nameTextStyle: { color: INK, align: 'left' } }),
      series: [
        band(
          'low',
          rows.map(({ interval }) => interval.low),
          0,
        ),
        band(
          'high',
          rows.map(({ interval }) => interval.high - interval.low),
          0.18,
        ),
        line(
          '',
          rows.map(({ unweightedAccuracy }) => unweightedAccuracy),
          BLUE,
        ),
      ],
    },
    WIDE,
  );
}

/** Accuracy by confidence, before and after the temperature; larger dots hold more recordings. */
export function reliabilityPlot({ calibration }: Report): string {
  const dots = (name: string, { bins }: Report['calibration']['tempered'], color: string) => {
    const filled = bins.filter(({ n }) => n > 0);
    const most = Math.max(...filled.map(({ n }) => n));
    return line(
      name,
      filled.map(({ confidence, accuracy, n }) => ({
        value: [confidence, accuracy],
        symbolSize: 4 + 14 * Math.sqrt(n / most),
      })),
      color,
      false,
    );
  };
  return plot(
    {
      grid: { ...GRID, top: 48 },
      legend: { top: 0, right: 0, itemGap: 32, textStyle: { color: INK } },
      xAxis: shareAxis('confidence', { nameLocation: 'middle', nameGap: 30 }),
      yAxis: shareAxis('accuracy'),
      series: [
        dots('temperature 1', calibration.untempered, ORANGE),
        dots('as served', calibration.tempered, BLUE),
        {
          type: 'line',
          symbol: 'none',
          silent: true,
          lineStyle: { color: INK, opacity: 0.4, type: 'dashed' },
          data: [
            [0, 0],
            [1, 1],
          ],
        },
      ],
    },
    { width: 480, height: 420 },
  );
}

/** Every speaker's unweighted accuracy, the lowest first, and the median. */
export function speakersPlot({ speakers }: Report): string {
  const { rows, unweightedAccuracy } = speakers;
  const many = rows.length > MOST_NAMES;
  return plot(
    {
      grid: { ...GRID, right: 64, bottom: many ? 24 : 84 },
      xAxis: nameAxis(
        rows.map(({ speaker }) => speaker),
        { axisLabel: { show: !many, color: INK, rotate: 45, interval: 0 } },
      ),
      yAxis: shareAxis('unweighted accuracy', { nameTextStyle: { color: INK, align: 'left' } }),
      series: [
        {
          ...bars(rows.map((row) => row.unweightedAccuracy)),
          label: { ...BAR_LABEL, show: !many, formatter: labelOf },
          markLine: level(unweightedAccuracy.median, 'median', 'end'),
        },
      ],
    },
    WIDE,
  );
}

function bars(values: readonly number[]) {
  return {
    type: 'bar',
    data: [...values],
    barMaxWidth: 36,
    itemStyle: { color: BLUE },
    label: { ...BAR_LABEL, formatter: labelOf },
  };
}

function line(name: string, data: readonly unknown[], color: string, labelled = true) {
  return {
    name,
    type: 'line',
    data: [...data],
    symbol: 'circle',
    symbolSize: 8,
    lineStyle: { color, width: 2 },
    itemStyle: { color },
    label: { ...BAR_LABEL, show: labelled, formatter: labelOf },
  };
}

/** A dashed line across, and its name. */
function level(share: number, name: string, position: string) {
  return {
    symbol: 'none',
    silent: true,
    lineStyle: { color: INK, opacity: 0.6, type: 'dashed' },
    label: { color: INK, formatter: name, position },
    data: [{ yAxis: share }],
  };
}

/** What ECharts hands to a label. */
interface Dot {
  readonly value: number | readonly number[];
}

function labelOf({ value }: Dot): string {
  return whole(typeof value === 'number' ? value : value[1]!);
}
