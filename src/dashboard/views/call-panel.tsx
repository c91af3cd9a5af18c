import type { LegDetail } from '../../protocol/dashboard.ts';
import type { CallRecord } from '../call/call-record.ts';
import type { CallState } from '../call/call-state.ts';
import { formatClock, formatSpan } from '../format.ts';
import { Acknowledge } from '../parts/acknowledge.tsx';
import { LabelName } from '../parts/reading.tsx';
import { STRINGS } from '../strings.ts';
import { CallEvents } from './call-events.tsx';
import { CallNotes } from './call-notes.tsx';
import { Moment } from './moment.tsx';

const words = STRINGS.call;

export interface CallPanelProps {
  readonly state: CallState;
  readonly record: CallRecord;
  readonly leg: LegDetail | undefined;
}

/** Beside the charts: the numbers at one moment, and what somebody may do about the call. */
export function CallPanel({ state, record, leg }: CallPanelProps) {
  record.version.value;
  const { detail } = record;
  return (
    <div class="call-panel">
      {leg && <Moment state={state} record={record} leg={leg} />}
      {leg?.totals && <Totals leg={leg} />}
      <section class="card">
        <h2>{words.alerts}</h2>
        {detail.alerts.length === 0 && <p class="soft">{words.noAlerts}</p>}
        <ul class="plain-list">
          {detail.alerts.toReversed().map((alert) => (
            <li key={alert.alertId} class={alert.acknowledgement ? '' : 'alert-open'}>
              <div>
                <strong>{alert.text}</strong>
                <div class="soft small">
                  {STRINGS.legs[alert.leg]} · {formatClock(alert.atMs)} · {alert.rule}
                </div>
              </div>
              <Acknowledge call={detail} alert={alert} />
            </li>
          ))}
        </ul>
      </section>
      <section class="card">
        <h2>{words.suggestions}</h2>
        {detail.suggestions.length === 0 && <p class="soft">{words.noSuggestions}</p>}
        <ul class="plain-list">
          {detail.suggestions.toReversed().map(({ suggestionId, text, atMs }) => (
            <li key={suggestionId}>
              <div>
                {text}
                <div class="soft small number">{formatClock(atMs)}</div>
              </div>
            </li>
          ))}
        </ul>
      </section>
      <CallNotes state={state} record={record} />
      <CallEvents state={state} detail={detail} />
    </div>
  );
}

function Totals({ leg }: { readonly leg: LegDetail }) {
  const { speechMs, gapMs, dominant } = leg.totals!;
  return (
    <section class="card">
      <h2>{words.totals}</h2>
      <p>
        <LabelName label={dominant} />{' '}
        <span class="soft">{words.speech(formatSpan(speechMs))}</span>
        {gapMs > 0 && <span class="soft"> · {words.gaps(formatSpan(gapMs))}</span>}
      </p>
    </section>
  );
}
