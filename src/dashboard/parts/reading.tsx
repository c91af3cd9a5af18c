import type { LegReading } from '../../protocol/dashboard.ts';
import type { Label } from '../../protocol/labels.ts';
import { isUndecided } from '../charts/ribbon.ts';
import { formatClock, formatPercent } from '../format.ts';
import { STRINGS } from '../strings.ts';
import { Glyph } from './glyph.tsx';

/** A label by face and name. */
export function LabelName({ label, size = 20 }: { readonly label: Label; readonly size?: number }) {
  return (
    <span class="label-name">
      <Glyph label={label} size={size} />
      {STRINGS.labels[label]}
    </span>
  );
}

/** A share as a bar, with its number in words beside it. */
export function ShareBar({ share, label }: { readonly share: number; readonly label?: Label }) {
  return (
    <span class={`share-bar ${label ? `bar-${label}` : ''}`} aria-hidden="true">
      <span style={{ transform: `scaleX(${share.toFixed(3)})` }} />
    </span>
  );
}

/** What a leg sounds like now: face, name, how sure, and for how long. */
export function Reading({ reading }: { readonly reading: LegReading | null }) {
  if (!reading) return <span class="soft">{STRINGS.notHeardYet}</span>;
  const { label, confidence, atMs, sinceMs, speaking } = reading;
  const claimed = !isUndecided(label);
  return (
    <div class={`reading ${speaking ? '' : 'reading-pausing'}`}>
      <Glyph label={label} size={32} />
      <div class="reading-words">
        <span class="reading-label">{STRINGS.labels[label]}</span>
        <span class="soft">
          {claimed
            ? `${formatPercent(confidence)} · ${formatClock(atMs - sinceMs)}`
            : meaning(label)}
        </span>
      </div>
      {claimed && <ShareBar share={confidence} label={label} />}
    </div>
  );
}

function meaning(label: Label): string {
  return label === 'listening' || label === 'uncertain' ? STRINGS.labelMeans[label] : '';
}
