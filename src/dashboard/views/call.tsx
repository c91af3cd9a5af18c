import { useEffect, useMemo } from 'preact/hooks';
import type { CallDetail } from '../../protocol/dashboard.ts';
import type { CallRecord } from '../call/call-record.ts';
import { CallState } from '../call/call-state.ts';
import { useDesk } from '../desk/desk.ts';
import { formatClock, formatMoment, shortId } from '../format.ts';
import { EmptyState } from '../parts/empty-state.tsx';
import { NotAnalysed } from '../parts/not-analysed.tsx';
import { STRINGS } from '../strings.ts';
import { CallCharts } from './call-charts.tsx';
import { CallPanel } from './call-panel.tsx';

const words = STRINGS.call;

/** One call in full, live or finished. */
export function CallView({ callId }: { readonly callId: string }) {
  const desk = useDesk();
  const state = useMemo(() => new CallState(callId), [callId]);
  useEffect(() => state.follow(desk), [state, desk]);
  const record = state.record.value;
  if (record) return <KnownCall state={state} record={record} />;
  if (!state.error.value) return <p class="view soft">{words.loading}</p>;
  return (
    <EmptyState title={words.notFound} lead={words.notFoundLead}>
      <a class="button" href="#/">
        {STRINGS.navigation.wall}
      </a>
    </EmptyState>
  );
}

interface KnownCallProps {
  readonly state: CallState;
  readonly record: CallRecord;
}

function KnownCall({ state, record }: KnownCallProps) {
  record.version.value;
  const { detail } = record;
  const analysed = detail.legs.filter((leg) => leg.analysed);
  const leg = analysed.find((one) => one.leg === state.chosenLeg.value) ?? analysed[0];
  return (
    <section class="view call" aria-labelledby="call-title">
      <CallHead detail={detail} />
      {detail.legs
        .filter((one) => !one.analysed)
        .map((one) => (
          <div key={one.leg} class="notice">
            <NotAnalysed leg={one.leg} reason={one.reason} full />
          </div>
        ))}
      <div class="call-columns">
        {leg && <CallCharts state={state} record={record} leg={leg} choices={analysed} />}
        <CallPanel state={state} record={record} leg={leg} />
      </div>
    </section>
  );
}

function CallHead({ detail }: { readonly detail: CallDetail }) {
  const { caller, callId, source, consent, startedAt, reason, metadata, model } = detail;
  const live = detail.state === 'live';
  const facts = [
    words.source(source),
    formatMoment(startedAt),
    ...Object.entries(metadata).map(([key, value]) => `${key}: ${value}`),
    model,
  ];
  return (
    <div class="bar">
      <a class="back" href={live ? '#/' : '#/history'}>
        ← {live ? words.back : STRINGS.navigation.history}
      </a>
      <h1 id="call-title" title={callId}>
        {caller ?? shortId(callId)}
      </h1>
      <span class={`state-mark state-${detail.state}`}>{live ? words.live : words.finished}</span>
      <span class="number call-length">
        <CallLength detail={detail} />
      </span>
      <span class="soft one-line call-facts">{facts.join(' · ')}</span>
      <div class="bar-space" />
      {reason !== null && <span class="soft">{words.ended(reason)}</span>}
      <span class={`consent consent-${consent}`}>{STRINGS.consent[consent]}</span>
    </div>
  );
}

function CallLength({ detail }: { readonly detail: CallDetail }) {
  const { nowMs } = useDesk();
  if (detail.state === 'finished') return <>{formatClock(detail.durationMs)}</>;
  return <>{formatClock(nowMs.value - Date.parse(detail.startedAt))}</>;
}
