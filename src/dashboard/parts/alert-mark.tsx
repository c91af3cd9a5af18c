import type { AlertState } from '../live/needs-attention.ts';
import { STRINGS } from '../strings.ts';

/** Whether a call has an alert: a shape, a word and a colour for each state. */
export function AlertMark({ state }: { readonly state: AlertState }) {
  if (state === 'none') {
    return (
      <span class="alert-mark alert-mark-none">
        <span class="visually-hidden">{STRINGS.alerts.none}</span>
      </span>
    );
  }
  return (
    <span class={`alert-mark alert-mark-${state}`}>
      <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
        {state === 'open' ? (
          <path d="M8 1.5 15 14H1zM8 6v3.5M8 11.5v.5" />
        ) : (
          <path d="M2.5 8.5l3.5 3.5 7.5-8" />
        )}
      </svg>
      {STRINGS.alerts[state]}
    </span>
  );
}
