import { useSignal, useSignalEffect } from '@preact/signals';
import type { CallSummary } from '../../protocol/dashboard.ts';
import { hashOf } from '../desk/route.ts';
import { formatClock, formatMoment, shortId } from '../format.ts';
import { EmptyState } from '../parts/empty-state.tsx';
import { MeanRibbon } from '../parts/mean-ribbon.tsx';
import { LabelName } from '../parts/reading.tsx';
import { STRINGS } from '../strings.ts';
import { CallActions } from './call-actions.tsx';
import { type Deletion, DeletionDialog } from './deletion-dialog.tsx';
import type { HistoryModel } from './history-model.ts';

const words = STRINGS.history;
const { columns } = words;
/** Somebody who types gets an answer to the whole word. */
const TYPING_MS = 250;

/** Finished calls, newest first. */
export function HistoryCalls({ model }: { readonly model: HistoryModel }) {
  const deletion = useSignal<Deletion | null>(null);
  useSignalEffect(() => {
    model.filter.value;
    const timer = setTimeout(
      () => void model.search(),
      model.calls.peek() === null ? 0 : TYPING_MS,
    );
    return () => clearTimeout(timer);
  });
  const calls = model.calls.value;
  const error = model.error.value;
  if (error) return <EmptyState title={STRINGS.failures.title} lead={error.message} />;
  if (calls?.length === 0) return <EmptyState title={words.empty} lead={words.emptyLead} />;
  return (
    <>
      <div class="card table-card">
        <table class="table" aria-busy={calls === null}>
          <caption class="visually-hidden">{words.title}</caption>
          <thead>
            <tr>
              <th scope="col">{columns.started}</th>
              <th scope="col">{columns.caller}</th>
              <th scope="col">{columns.duration}</th>
              <th scope="col">{columns.expression}</th>
              <th scope="col">{columns.mean}</th>
              <th scope="col">{columns.alerts}</th>
              <th scope="col">{columns.notes}</th>
              <th scope="col">
                <span class="visually-hidden">{columns.actions}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {(calls ?? []).map((call) => (
              <Row
                key={call.callId}
                call={call}
                onDelete={(asked) => {
                  deletion.value = asked;
                }}
              />
            ))}
          </tbody>
        </table>
      </div>
      {model.nextCursor.value !== null && (
        <button type="button" class="button more" onClick={() => model.more()}>
          {words.more}
        </button>
      )}
      {deletion.value && (
        <DeletionDialog
          deletion={deletion.value}
          onClose={() => {
            deletion.value = null;
          }}
          onDeleted={() => void model.search()}
        />
      )}
    </>
  );
}

interface RowProps {
  readonly call: CallSummary;
  readonly onDelete: (deletion: Deletion) => void;
}

function Row({ call, onDelete }: RowProps) {
  const leg =
    call.legs.find(({ leg, analysed }) => leg === 'customer' && analysed) ??
    call.legs.find(({ analysed }) => analysed);
  const about = [call.source, ...Object.values(call.metadata)].slice(0, 3).join(' · ');
  return (
    <tr>
      <td class="number">{formatMoment(call.startedAt)}</td>
      <th scope="row">
        <a class="caller" href={hashOf({ view: 'call', callId: call.callId })} title={call.callId}>
          {call.caller ?? shortId(call.callId)}
        </a>
        <div class="soft small">{about}</div>
      </th>
      <td class="number">{formatClock(call.durationMs)}</td>
      <td>
        {leg?.totals ? (
          <LabelName label={leg.totals.dominant} />
        ) : (
          <span class="soft" title={call.legs[0]?.reason}>
            {STRINGS.notAnalysed}
          </span>
        )}
      </td>
      <td>
        <MeanRibbon mean={leg?.totals?.meanProbabilities} />
      </td>
      <td>
        {call.alerts > 0 && <span class="number">{call.alerts}</span>}
        {call.unacknowledged > 0 && (
          <span class="open-count">⚠ {words.openAlerts(call.unacknowledged)}</span>
        )}
      </td>
      <td class="number">{call.notes > 0 ? call.notes : ''}</td>
      <td>
        <CallActions call={call} onDelete={onDelete} />
      </td>
    </tr>
  );
}
