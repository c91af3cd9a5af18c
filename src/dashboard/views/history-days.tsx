import { useSignalEffect } from '@preact/signals';
import { formatDay, formatSpan } from '../format.ts';
import { EmptyState } from '../parts/empty-state.tsx';
import { MeanRibbon } from '../parts/mean-ribbon.tsx';
import { STRINGS } from '../strings.ts';
import type { HistoryModel } from './history-model.ts';

const words = STRINGS.history;
const { columns } = words;

/** What each day was like, newest first. */
export function HistoryDays({ model }: { readonly model: HistoryModel }) {
  useSignalEffect(() => {
    model.filter.value;
    void model.askForDays();
  });
  const days = model.days.value;
  const error = model.error.value;
  if (error) return <EmptyState title={STRINGS.failures.title} lead={error.message} />;
  if (days?.length === 0) return <EmptyState title={words.empty} lead={words.emptyLead} />;
  const most = Math.max(1, ...(days ?? []).map(({ calls }) => calls));
  return (
    <div class="card table-card">
      <table class="table" aria-busy={days === null}>
        <caption class="visually-hidden">{words.days}</caption>
        <thead>
          <tr>
            <th scope="col">{columns.day}</th>
            <th scope="col">{columns.calls}</th>
            <th scope="col">{columns.duration}</th>
            <th scope="col">{columns.speech}</th>
            <th scope="col">{columns.mean}</th>
            <th scope="col">{columns.alerts}</th>
          </tr>
        </thead>
        <tbody>
          {(days ?? []).map((day) => (
            <tr key={day.day}>
              <th scope="row">{formatDay(day.day)}</th>
              <td>
                <span class="count-bar">
                  <span class="number">{day.calls}</span>
                  <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
                    <rect width={(day.calls / most) * 100} height="6" rx="1" />
                  </svg>
                </span>
              </td>
              <td class="number">{formatSpan(day.durationMs)}</td>
              <td class="number">{formatSpan(day.speechMs)}</td>
              <td>
                <MeanRibbon mean={day.meanProbabilities} />
              </td>
              <td>
                <span class="number">{day.alerts}</span>
                {day.unacknowledged > 0 && (
                  <span class="open-count">⚠ {words.openAlerts(day.unacknowledged)}</span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
