import { useSignal } from '@preact/signals';
import { useCallback, useLayoutEffect, useRef } from 'preact/hooks';
import type { LegDetail } from '../../protocol/dashboard.ts';
import type { CallRecord } from '../call/call-record.ts';
import type { CallState } from '../call/call-state.ts';
import { WINDOW_SPANS_MS } from '../call/time-window.ts';
import { Canvas } from '../charts/canvas.tsx';
import { drawRibbon } from '../charts/ribbon.ts';
import { formatClock } from '../format.ts';
import { Segmented } from '../parts/segmented.tsx';
import { STRINGS } from '../strings.ts';
import { palette } from '../theme.ts';

const words = STRINGS.call;
const OVERVIEW_HEIGHT = 26;
/** One step of the arrow keys. */
const STEP_MS = 500;

interface TimeControlsProps {
  readonly state: CallState;
  readonly record: CallRecord;
  readonly leg: LegDetail;
}

/** How much of the call is shown, and which part of it. */
export function TimeControls({ state, record, leg }: TimeControlsProps) {
  record.version.value;
  const { detail } = record;
  const { spanMs, endMs } = state.choice.value;
  const { toMs } = state.window.value;
  const following = endMs === null;
  const choose = (change: Partial<typeof state.choice.value>) => {
    state.choice.value = { ...state.choice.value, ...change };
  };
  return (
    <div class="time-controls">
      <Overview state={state} record={record} leg={leg} />
      <input
        type="range"
        min={0}
        max={Math.max(detail.durationMs, 1)}
        step={STEP_MS}
        value={toMs}
        disabled={spanMs === 0}
        aria-label={words.position}
        aria-valuetext={formatClock(toMs)}
        onInput={({ currentTarget }) => choose({ endMs: Number(currentTarget.value) })}
      />
      <div class="charts-bar">
        <Segmented
          label={words.window}
          value={spanMs}
          options={WINDOW_SPANS_MS.map((span) => [span, words.windows[span]])}
          onChange={(span) => choose({ spanMs: span })}
        />
        <div class="bar-space" />
        {detail.state === 'live' && (
          <button
            type="button"
            class="button button-small"
            aria-pressed={following}
            onClick={() => choose({ endMs: following ? toMs : null })}
          >
            {following ? words.following : words.follow}
          </button>
        )}
      </div>
    </div>
  );
}

/** The whole call as one ribbon, and where in it the charts are. */
function Overview({ state, record, leg }: TimeControlsProps) {
  const box = useRef<HTMLDivElement>(null);
  const width = useSignal(600);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      width.value = entry?.contentRect.width ?? width.value;
    });
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, [width]);
  const version = record.version.value;
  const window = state.window.value;
  const colours = palette.value;
  const drawnWidth = width.value;
  const { timeline } = leg;
  const durationMs = Math.max(record.detail.durationMs, window.toMs);
  const draw = useCallback(
    (context: CanvasRenderingContext2D) => {
      const perMs = drawnWidth / durationMs;
      const cells = timeline.endMs.map((endMs, i) => ({
        x: timeline.startMs[i]! * perMs,
        width: (endMs - timeline.startMs[i]!) * perMs + 0.5,
        label: timeline.label[i]!,
        confidence: timeline.confidence[i]!,
      }));
      drawRibbon(context, cells, OVERVIEW_HEIGHT, colours);
      context.strokeStyle = colours.accent;
      context.lineWidth = 2;
      const left = window.fromMs * perMs;
      const shownWidth = (window.toMs - window.fromMs) * perMs;
      context.strokeRect(left + 1, 1, Math.max(4, shownWidth - 2), OVERVIEW_HEIGHT - 2);
    },
    // `version` stands for what changes inside the timeline.
    [timeline, version, window, colours, drawnWidth, durationMs],
  );
  return (
    <div ref={box} class="overview">
      <Canvas width={drawnWidth} height={OVERVIEW_HEIGHT} draw={draw} />
    </div>
  );
}
