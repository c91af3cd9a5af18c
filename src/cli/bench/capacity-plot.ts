import { BLUE, INK, nameAxis, ORANGE, plot } from '../../evaluation/plot.ts';
import type { CapacityReport } from './capacity.ts';
import { STAGES } from './stages.ts';

const SIZE = { width: 860, height: 720 };

/** Cost by stage above, latency below, by the number of legs; one SVG that needs nothing else. */
export function capacityPlot(loads: readonly CapacityReport[]): string {
  const names = loads.map(({ legs }) => String(legs));
  const stages = STAGES.map((stage) => ({
    name: stage,
    type: 'bar',
    stack: 'cost',
    data: loads.map(({ stages }) => stages[stage]),
  }));
  const latency = (name: string, color: string, share: 'p50' | 'p99') => ({
    name,
    type: 'line',
    xAxisIndex: 1,
    yAxisIndex: 1,
    lineStyle: { color },
    itemStyle: { color },
    data: loads.map(({ latencyMs }) => latencyMs?.[share] ?? null),
  });
  const value = (name: string, gridIndex: number, type = 'value') => ({
    type,
    name,
    gridIndex,
    nameTextStyle: { color: INK },
    axisLabel: { color: INK },
  });
  return plot(
    {
      legend: { top: 0, textStyle: { color: INK } },
      grid: [
        { left: 70, right: 24, top: 90, height: 270 },
        { left: 70, right: 24, top: 430, height: 220 },
      ],
      xAxis: [
        nameAxis(names, { gridIndex: 0 }),
        nameAxis(names, { gridIndex: 1, name: 'legs', nameLocation: 'middle', nameGap: 30 }),
      ],
      yAxis: [value('CPU ms a second of a leg', 0), value('latency, ms', 1, 'log')],
      series: [
        ...stages,
        latency('latency p50', BLUE, 'p50'),
        latency('latency p99', ORANGE, 'p99'),
      ],
    },
    SIZE,
  );
}
