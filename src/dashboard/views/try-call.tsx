import { useEffect, useMemo } from 'preact/hooks';
import type { CallRecord } from '../call/call-record.ts';
import { CallState } from '../call/call-state.ts';
import { EventLane } from '../charts/event-lane.tsx';
import { useDesk } from '../desk/desk.ts';
import { hashOf } from '../desk/route.ts';
import { NotAnalysed } from '../parts/not-analysed.tsx';
import { STRINGS } from '../strings.ts';
import { palette } from '../theme.ts';
import { Moment } from './moment.tsx';

const words = STRINGS.try;

/** The call that was just started, as it is heard. */
export function TryCall({ callId }: { readonly callId: string }) {
  const desk = useDesk();
  const state = useMemo(() => new CallState(callId), [callId]);
  useEffect(() => state.follow(desk), [state, desk]);
  const record = state.record.value;
  return (
    <div class="try-call" aria-live="off">
      {record ? (
        <Heard state={state} record={record} />
      ) : (
        <p class="card soft try-waiting">{words.waiting}</p>
      )}
    </div>
  );
}

interface HeardProps {
  readonly state: CallState;
  readonly record: CallRecord;
}

function Heard({ state, record }: HeardProps) {
  const version = record.version.value;
  const { detail } = record;
  const leg = detail.legs.find(({ analysed }) => analysed);
  return (
    <>
      {leg && (
        <div class="card">
          <EventLane
            leg={leg}
            call={detail}
            version={version}
            window={state.window.value}
            palette={palette.value}
          />
        </div>
      )}
      {leg && <Moment state={state} record={record} leg={leg} />}
      {detail.legs
        .filter(({ analysed }) => !analysed)
        .map(({ leg: name, reason }) => (
          <div key={name} class="notice">
            <NotAnalysed leg={name} reason={reason} full />
          </div>
        ))}
      <p class="button-row">
        {detail.state === 'finished' && <span class="soft">{words.ended}</span>}
        <a class="button" href={hashOf({ view: 'call', callId: detail.callId })}>
          {words.openCall}
        </a>
      </p>
    </>
  );
}
