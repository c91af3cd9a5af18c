import type { LegDetail } from '../../protocol/dashboard.ts';
import { pointsWithin, type TimeWindow } from '../call/time-window.ts';
import { formatClock, formatPercent } from '../format.ts';
import { LabelName } from '../parts/reading.tsx';
import { STRINGS } from '../strings.ts';

/** More rows than this say no more to anybody. */
const MOST_ROWS = 120;

const HEADINGS = [
  STRINGS.table.time,
  STRINGS.table.label,
  STRINGS.table.confidence,
  STRINGS.call.arousal,
  STRINGS.call.valence,
  `${STRINGS.call.pitch} (Hz)`,
  `${STRINGS.call.intensity} (dB)`,
  `${STRINGS.call.rate} (/s)`,
];

export interface ReadingsTableProps {
  readonly leg: LegDetail;
  readonly window: TimeWindow;
}

/** What the charts draw, as numbers; of many readings every so-many-th. */
export function ReadingsTable({ leg, window }: ReadingsTableProps) {
  const { timeline } = leg;
  const [first, end] = pointsWithin(timeline.endMs, window);
  const every = Math.max(1, Math.ceil((end - first) / MOST_ROWS));
  const rows = [];
  for (let i = first; i < end; i += every) rows.push(i);
  return (
    // It scrolls, so the keyboard has to get there.
    <div class="table-scroller" tabIndex={0} role="region" aria-label={STRINGS.call.table}>
      <table class="table">
        <caption class="visually-hidden">{STRINGS.table.caption(STRINGS.legs[leg.leg])}</caption>
        <thead>
          <tr>
            {HEADINGS.map((heading) => (
              <th key={heading} scope="col">
                {heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((i) => (
            <tr key={timeline.endMs[i]}>
              <th scope="row">{formatClock(timeline.endMs[i]!)}</th>
              <td>
                <LabelName label={timeline.label[i]!} />
              </td>
              <td>{formatPercent(timeline.confidence[i]!)}</td>
              <td>{timeline.arousal[i]!.toFixed(2)}</td>
              <td>{timeline.valence[i]!.toFixed(2)}</td>
              <td>{timeline.pitchHz[i]?.toFixed(0) ?? '–'}</td>
              <td>{timeline.intensityDb[i]!.toFixed(0)}</td>
              <td>{timeline.speechRateHz[i]!.toFixed(1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
