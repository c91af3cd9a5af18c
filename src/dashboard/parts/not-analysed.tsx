import type { Leg } from '../../protocol/labels.ts';
import { STRINGS } from '../strings.ts';

export interface NotAnalysedProps {
  readonly leg: Leg;
  readonly reason: string | undefined;
  /** Also says what the law says, where there is room. */
  readonly full?: boolean;
}

/** A leg that nobody may hear, and why. */
export function NotAnalysed({ leg, reason, full = false }: NotAnalysedProps) {
  return (
    <div class="not-analysed" title={reason}>
      <span class="not-analysed-head">
        <svg width="14" height="14" viewBox="0 0 16 16" aria-hidden="true">
          <path d="M8 1.5l5.5 2v4c0 3.5-2.3 5.8-5.5 7-3.2-1.2-5.5-3.5-5.5-7v-4z" />
        </svg>
        {STRINGS.legs[leg]}: {STRINGS.notAnalysed.toLowerCase()}
      </span>
      {reason !== undefined && (
        <span class="soft not-analysed-reason">{STRINGS.policyReasons[reason] ?? reason}</span>
      )}
      {full && leg !== 'customer' && <span class="soft">{STRINGS.theLaw}</span>}
    </div>
  );
}
