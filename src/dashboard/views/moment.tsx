import type { LegDetail } from '../../protocol/dashboard.ts';
import { EMOTIONS } from '../../protocol/labels.ts';
import type { CallRecord } from '../call/call-record.ts';
import type { CallState } from '../call/call-state.ts';
import { pointAt } from '../call/time-window.ts';
import { isUndecided } from '../charts/ribbon.ts';
import { formatClock, formatPercent } from '../format.ts';
import { Glyph } from '../parts/glyph.tsx';
import { LabelName, ShareBar } from '../parts/reading.tsx';
import { STRINGS } from '../strings.ts';

const words = STRINGS.call;

export interface MomentProps {
  readonly state: CallState;
  readonly record: CallRecord;
  readonly leg: LegDetail;
}

/** What was heard where somebody points, or now. */
export function Moment({ state, record, leg }: MomentProps) {
  record.version.value;
  const { timeline } = leg;
  const positionMs = state.positionMs.value;
  const at = pointAt(timeline.endMs, positionMs);
  if (at < 0) return <section class="card soft">{STRINGS.notHeardYet}</section>;
  const label = timeline.label[at]!;
  const following = state.cursorMs.value === null && state.choice.value.endMs === null;
  const isNow = following && record.detail.state === 'live';
  return (
    <section class="card moment" aria-label={STRINGS.perceived}>
      <div class="moment-head">
        <Glyph label={label} size={52} />
        <div>
          <div class="moment-label">{STRINGS.labels[label]}</div>
          <div class="soft number">
            {isUndecided(label)
              ? ''
              : `${STRINGS.confidence(formatPercent(timeline.confidence[at]!))} · `}
            {isNow ? words.now : words.at(formatClock(timeline.endMs[at]!))}
          </div>
        </div>
      </div>
      <Eight leg={leg} at={at} />
      <Measures leg={leg} at={at} positionMs={positionMs} />
      <p class="soft small">{STRINGS.perceivedNote}</p>
    </section>
  );
}

function Eight({ leg, at }: { readonly leg: LegDetail; readonly at: number }) {
  const { probabilities } = leg.timeline;
  return (
    <ul class="eight" aria-label={STRINGS.try.eight}>
      {EMOTIONS.map((emotion) => {
        const share = probabilities[emotion][at]!;
        return (
          <li key={emotion}>
            <LabelName label={emotion} size={18} />
            <ShareBar share={share} label={emotion} />
            <span class="number">{formatPercent(share)}</span>
          </li>
        );
      })}
    </ul>
  );
}

interface MeasuresProps {
  readonly leg: LegDetail;
  readonly at: number;
  readonly positionMs: number;
}

function Measures({ leg: { timeline, stretches }, at, positionMs }: MeasuresProps) {
  // A reading's newest stretch may end before the reading does: at its end, that one is spoken of.
  const stretch = stretches.findLast(
    ({ startMs, endMs }) => startMs < positionMs && endMs > timeline.startMs[at]!,
  );
  const pitch = timeline.pitchHz[at];
  const measures: readonly (readonly [string, string])[] = [
    [words.arousal, timeline.arousal[at]!.toFixed(2)],
    [words.valence, timeline.valence[at]!.toFixed(2)],
    [words.pitch, pitch === null || pitch === undefined ? '–' : `${pitch.toFixed(0)} Hz`],
    [words.intensity, `${timeline.intensityDb[at]!.toFixed(0)} dB`],
    [words.rate, `${timeline.speechRateHz[at]!.toFixed(1)} /s`],
    [words.attention, stretch ? formatPercent(stretch.weight) : '–'],
    [
      stretch && stretch.nats < 0 ? words.spokeAgainst : words.spokeFor,
      stretch ? `${STRINGS.labels[stretch.emotion].toLowerCase()} ${stretch.nats.toFixed(2)}` : '–',
    ],
  ];
  return (
    <dl class="measures">
      {measures.map(([name, value]) => (
        <div key={name}>
          <dt class="soft">{name}</dt>
          <dd class="number">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
