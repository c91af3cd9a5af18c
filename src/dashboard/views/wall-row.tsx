import type { ReadonlySignal } from '@preact/signals';
import type { LiveCall, LiveLeg } from '../../protocol/dashboard.ts';
import { Sparkline } from '../charts/sparkline.tsx';
import { useDesk } from '../desk/desk.ts';
import { hashOf } from '../desk/route.ts';
import { formatClock, shortId } from '../format.ts';
import { alertState, foremostAlert } from '../live/needs-attention.ts';
import { nameOf } from '../live/wall-order.ts';
import { Acknowledge } from '../parts/acknowledge.tsx';
import { AlertMark } from '../parts/alert-mark.tsx';
import { NotAnalysed } from '../parts/not-analysed.tsx';
import { Reading } from '../parts/reading.tsx';
import { STRINGS } from '../strings.ts';

const SPARKLINE_WIDTH = 180;

export interface WallRowProps {
  readonly call: ReadonlySignal<LiveCall>;
  readonly index: number;
  readonly top: number;
  readonly focusable: boolean;
  readonly onFocus: () => void;
}

/** One call. Its own signal redraws it; its neighbours rest. */
export function WallRow({ call: source, index, top, focusable, onFocus }: WallRowProps) {
  const call = source.value;
  const href = hashOf({ view: 'call', callId: call.callId });
  const [foremost, other] = inOrder(call.legs);
  const state = alertState(call);
  const open = () => {
    location.hash = href;
  };
  return (
    <div
      class={`grid-row grid-body row-${state}`}
      role="row"
      aria-rowindex={index + 2}
      aria-label={STRINGS.wall.row(nameOf(call))}
      data-call-id={call.callId}
      tabIndex={focusable ? 0 : -1}
      style={{ transform: `translateY(${top}px)` }}
      onFocus={onFocus}
      onClick={open}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && event.target === event.currentTarget) open();
      }}
    >
      <span role="gridcell" class="cell-alert">
        <AlertMark state={state} />
      </span>
      <span role="gridcell" class="cell-caller">
        <Caller call={call} href={href} />
      </span>
      <span role="gridcell" class="cell-duration">
        <Duration startedAt={call.startedAt} />
      </span>
      <span role="gridcell" class="cell-expression">
        {foremost && <Heard leg={foremost} />}
      </span>
      <span role="gridcell" class="cell-sparkline">
        {foremost?.sparkline && (
          <Sparkline sparkline={foremost.sparkline} width={SPARKLINE_WIDTH} />
        )}
      </span>
      <span role="gridcell" class="cell-other">
        {other && <Heard leg={other} />}
      </span>
      <span role="gridcell" class="cell-action">
        <ForemostAlert call={call} />
      </span>
    </div>
  );
}

/** The customer first: the desk is about who calls. */
function inOrder(legs: readonly LiveLeg[]): readonly LiveLeg[] {
  return [...legs].sort((a, b) => Number(b.leg === 'customer') - Number(a.leg === 'customer'));
}

function Heard({ leg }: { readonly leg: LiveLeg }) {
  if (leg.analysed) return <Reading reading={leg.reading} />;
  return <NotAnalysed leg={leg.leg} reason={leg.reason} />;
}

function Caller({ call, href }: { readonly call: LiveCall; readonly href: string }) {
  const about = [call.source, ...Object.values(call.metadata)].slice(0, 3).join(' · ');
  return (
    <>
      <a class="caller" href={href} tabIndex={-1} title={call.callId}>
        {call.caller ?? shortId(call.callId)}
      </a>
      <span class="soft one-line">{about}</span>
    </>
  );
}

function Duration({ startedAt }: { readonly startedAt: string }) {
  const { nowMs } = useDesk();
  return <span class="number">{formatClock(nowMs.value - Date.parse(startedAt))}</span>;
}

function ForemostAlert({ call }: { readonly call: LiveCall }) {
  const alert = foremostAlert(call);
  if (!alert) return null;
  return (
    <>
      <span class="alert-text" title={alert.text}>
        {alert.text}
      </span>
      <Acknowledge call={call} alert={alert} />
    </>
  );
}
