import type { CallDetail } from '../../protocol/dashboard.ts';
import type { Leg } from '../../protocol/labels.ts';
import type { CallState } from '../call/call-state.ts';
import { formatClock } from '../format.ts';
import { STRINGS } from '../strings.ts';

const words = STRINGS.call;
/** The newest; the charts and the export have all. */
const MOST_LINES = 60;

interface Line {
  readonly atMs: number;
  readonly leg: Leg;
  readonly text: string;
}

interface CallEventsProps {
  readonly state: CallState;
  readonly detail: CallDetail;
}

/** Changes of label, gaps and alerts, newest first; each leads the charts to where it happened. */
export function CallEvents({ state, detail }: CallEventsProps) {
  const lines = linesOf(detail);
  const show = (atMs: number) => {
    const { spanMs } = state.choice.value;
    const shownMs = spanMs === 0 ? 60_000 : spanMs;
    const endMs = Math.min(detail.durationMs, atMs + shownMs / 2);
    state.choice.value = { spanMs: shownMs, endMs };
  };
  return (
    <section class="card">
      <h2>{words.events}</h2>
      {lines.length === 0 && <p class="soft">{words.noEvents}</p>}
      <ol class="event-list">
        {lines.map(({ atMs, leg, text }) => (
          <li key={`${atMs} ${leg} ${text}`}>
            <button type="button" class="event-line" onClick={() => show(atMs)}>
              <span class="number soft">{formatClock(atMs)}</span>
              <span>{text}</span>
              {detail.legs.length > 1 && <span class="soft">{STRINGS.legs[leg]}</span>}
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

function linesOf({ legs, alerts }: CallDetail): readonly Line[] {
  const changes = legs.flatMap(({ leg, changes: list }) =>
    list.map(({ atMs, from, to }) => ({
      atMs,
      leg,
      text: words.changed(STRINGS.labels[from], STRINGS.labels[to]),
    })),
  );
  const gaps = legs.flatMap(({ leg, gaps: list }) =>
    list.map(({ span, cause }) => ({ atMs: span.startMs, leg, text: words.gap[cause] })),
  );
  const raised = alerts.map(({ atMs, leg, text }) => ({
    atMs,
    leg,
    text: `${STRINGS.alerts.open}: ${text}`,
  }));
  return [...changes, ...gaps, ...raised].sort((a, b) => b.atMs - a.atMs).slice(0, MOST_LINES);
}
