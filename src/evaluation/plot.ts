import { BarChart, HeatmapChart, LineChart } from 'echarts/charts';
import {
  AriaComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  VisualMapComponent,
} from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([
  AriaComponent,
  BarChart,
  GridComponent,
  HeatmapChart,
  LegendComponent,
  LineChart,
  MarkLineComponent,
  SVGRenderer,
  VisualMapComponent,
]);

/** The page's own text colour, dark on light or light on dark. */
export const INK = 'currentColor';
/** Readable on both. */
export const BLUE = 'rgb(63,127,217)';
export const ORANGE = '#d07a1f';

/** Blue for a share of 0..1, the page showing through where it is small. */
export function shade(share: number): string {
  return `rgba(63,127,217,${(0.04 + 0.96 * share).toFixed(3)})`;
}

export interface PlotSize {
  readonly width: number;
  readonly height: number;
}

/** Draws a chart as one `<svg>` for a page of its own: no script, nothing fetched. */
export function plot(option: EChartsCoreOption, { width, height }: PlotSize): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption({
      animation: false,
      textStyle: { fontFamily: 'inherit', fontSize: 13, color: INK },
      ...option,
    });
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}

/** An axis of names, in the page's colours. */
export function nameAxis(data: readonly string[], more: object = {}) {
  return { type: 'category', data: [...data], ...faint(), ...more };
}

/** An axis of shares from 0 to 100 %. */
export function shareAxis(name: string, more: object = {}) {
  const style = faint();
  return {
    type: 'value',
    name,
    min: 0,
    max: 1,
    interval: 0.2,
    ...style,
    axisLabel: { ...style.axisLabel, formatter: (share: number) => `${Math.round(100 * share)} %` },
    ...more,
  };
}

function faint() {
  return {
    nameTextStyle: { color: INK },
    axisLabel: { color: INK },
    axisTick: { show: false },
    axisLine: { lineStyle: { color: INK, opacity: 0.4 } },
    splitLine: { lineStyle: { color: INK, opacity: 0.12 } },
  };
}
