import { useSignal } from '@preact/signals';
import { useCallback, useLayoutEffect, useRef } from 'preact/hooks';
import type { CallDetail, Gap, LegDetail } from '../../protocol/dashboard.ts';
import { pointsWithin, type TimeWindow } from '../call/time-window.ts';
import type { Palette } from '../theme.ts';
import { Canvas } from './canvas.tsx';
import { drawRibbon } from './ribbon.ts';
import { AXIS_WIDTH } from './time-chart.tsx';

const MARKS_HEIGHT = 16;
const RIBBON_HEIGHT = 30;
const SEGMENTS_HEIGHT = 12;
const HEIGHT = MARKS_HEIGHT + RIBBON_HEIGHT + SEGMENTS_HEIGHT + 6;
const RIGHT_PADDING = 2;

export interface EventLaneProps {
  readonly leg: LegDetail;
  readonly call: CallDetail;
  readonly version: number;
  readonly window: TimeWindow;
  readonly palette: Palette;
}

type ToX = (ms: number) => number;

/** Above the charts: marks of alerts, suggestions and notes; the label; stretches of speech; gaps. */
export function EventLane({ leg, call, version, window, palette }: EventLaneProps) {
  const box = useRef<HTMLDivElement>(null);
  const width = useSignal(600);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      width.value = entry?.contentRect.width ?? width.value;
    });
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, [width]);
  const drawnWidth = width.value;
  const draw = useCallback(
    (context: CanvasRenderingContext2D) => {
      const left = AXIS_WIDTH;
      const plotWidth = drawnWidth - left - RIGHT_PADDING;
      const perMs = plotWidth / (window.toMs - window.fromMs);
      const x: ToX = (ms) => left + (ms - window.fromMs) * perMs;
      context.save();
      context.beginPath();
      context.rect(left, 0, plotWidth, HEIGHT);
      context.clip();
      drawLabels(context, leg, window, x, palette);
      drawSegments(context, leg, x, palette);
      drawGaps(context, leg.gaps, x, palette);
      drawMarks(context, leg, call, x, palette);
      context.restore();
    },
    // `version` stands for what changes inside the lists of the call.
    [leg, call, version, window, palette, drawnWidth],
  );
  return (
    <div ref={box} class="event-lane">
      <Canvas width={drawnWidth} height={HEIGHT} draw={draw} />
    </div>
  );
}

function drawLabels(
  context: CanvasRenderingContext2D,
  { timeline }: LegDetail,
  window: TimeWindow,
  x: ToX,
  palette: Palette,
): void {
  const [first, end] = pointsWithin(timeline.endMs, window);
  const cells = [];
  for (let i = first; i < end; i += 1) {
    const left = x(timeline.startMs[i]!);
    const width = x(timeline.endMs[i]!) - left + 0.5;
    cells.push({ x: left, width, label: timeline.label[i]!, confidence: timeline.confidence[i]! });
  }
  context.save();
  context.translate(0, MARKS_HEIGHT);
  drawRibbon(context, cells, RIBBON_HEIGHT, palette);
  context.restore();
}

function drawSegments(
  context: CanvasRenderingContext2D,
  { segments }: LegDetail,
  x: ToX,
  palette: Palette,
): void {
  const top = MARKS_HEIGHT + RIBBON_HEIGHT + 5;
  for (const { span, label } of segments) {
    context.fillStyle = palette.labels[label];
    context.strokeStyle = palette.inkSoft;
    context.beginPath();
    context.roundRect(x(span.startMs), top, Math.max(3, x(span.endMs) - x(span.startMs)), 6, 3);
    context.fill();
    context.stroke();
  }
}

function drawGaps(
  context: CanvasRenderingContext2D,
  gaps: readonly Gap[],
  x: ToX,
  palette: Palette,
): void {
  context.strokeStyle = palette.inkSoft;
  context.lineWidth = 1;
  for (const { span } of gaps) {
    const left = x(span.startMs);
    const width = Math.max(4, x(span.endMs) - left);
    context.save();
    context.beginPath();
    context.rect(left, MARKS_HEIGHT, width, RIBBON_HEIGHT);
    context.clip();
    context.fillStyle = palette.surface;
    context.fillRect(left, MARKS_HEIGHT, width, RIBBON_HEIGHT);
    context.beginPath();
    for (let at = left - RIBBON_HEIGHT; at < left + width; at += 5) {
      context.moveTo(at, MARKS_HEIGHT + RIBBON_HEIGHT);
      context.lineTo(at + RIBBON_HEIGHT, MARKS_HEIGHT);
    }
    context.stroke();
    context.restore();
  }
}

/** A triangle for an alert, a diamond for a suggestion, a dot for a note. */
function drawMarks(
  context: CanvasRenderingContext2D,
  { leg }: LegDetail,
  { alerts, suggestions, notes }: CallDetail,
  x: ToX,
  palette: Palette,
): void {
  const middle = MARKS_HEIGHT / 2;
  const shape = (colour: string, ...corners: readonly [number, number][]) => {
    context.fillStyle = colour;
    context.beginPath();
    for (const [cornerX, cornerY] of corners) context.lineTo(cornerX, cornerY);
    context.closePath();
    context.fill();
  };
  for (const { atMs } of suggestions.filter((suggestion) => suggestion.leg === leg)) {
    const at = x(atMs);
    shape(palette.accent, [at, middle - 5], [at + 5, middle], [at, middle + 5], [at - 5, middle]);
  }
  for (const { atMs } of alerts.filter((alert) => alert.leg === leg)) {
    const at = x(atMs);
    shape(palette.alert, [at, middle - 6], [at + 6, middle + 5], [at - 6, middle + 5]);
  }
  for (const { atMs } of notes) {
    if (atMs === null) continue;
    context.fillStyle = palette.ink;
    context.beginPath();
    context.arc(x(atMs), middle, 3.5, 0, 2 * Math.PI);
    context.fill();
  }
}
