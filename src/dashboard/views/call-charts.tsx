import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { LegDetail } from '../../protocol/dashboard.ts';
import type { CallRecord } from '../call/call-record.ts';
import type { CallState } from '../call/call-state.ts';
import {
  affect,
  type Columns,
  intensity,
  pitch,
  speechRate,
  stackedShares,
} from '../call/series.ts';
import { pointAt } from '../call/time-window.ts';
import { accountChart } from '../charts/account.ts';
import { AFFECT_CHART, EXPRESSION_CHART, PITCH_CHART, RATE_CHART } from '../charts/chart-kinds.ts';
import { EventLane } from '../charts/event-lane.tsx';
import { type ChartKind, TimeChart } from '../charts/time-chart.tsx';
import { Segmented } from '../parts/segmented.tsx';
import { STRINGS } from '../strings.ts';
import { palette } from '../theme.ts';
import { ReadingsTable } from './readings-table.tsx';
import { TimeControls } from './time-controls.tsx';

const words = STRINGS.call;

export interface CallChartsProps {
  readonly state: CallState;
  readonly record: CallRecord;
  readonly leg: LegDetail;
  /** The legs that there is something to draw of. */
  readonly choices: readonly LegDetail[];
}

/** The time of one leg: charts one under the other, or the same as a table. */
export function CallCharts({ state, record, leg, choices }: CallChartsProps) {
  const asTable = useSignal(false);
  return (
    <div class="card charts">
      <div class="charts-bar">
        {choices.length > 1 && (
          <Segmented
            label={STRINGS.wall.columns.other}
            value={leg.leg}
            options={choices.map((one) => [one.leg, STRINGS.legs[one.leg]])}
            onChange={(name) => {
              state.chosenLeg.value = name;
            }}
          />
        )}
        {choices.length === 1 && <h2>{STRINGS.legs[leg.leg]}</h2>}
        <div class="bar-space" />
        <button
          type="button"
          class="button button-small"
          aria-pressed={asTable.value}
          onClick={() => {
            asTable.value = !asTable.value;
          }}
        >
          {words.table}
        </button>
      </div>
      {asTable.value ? (
        <ReadingsTable leg={leg} window={state.window.value} />
      ) : (
        <Charts state={state} record={record} leg={leg} />
      )}
      <TimeControls state={state} record={record} leg={leg} />
    </div>
  );
}

interface Drawn {
  readonly title: string;
  readonly note?: string;
  readonly key: string;
  readonly kind: ChartKind;
  readonly columns: Columns;
}

function Charts({ state, record, leg }: Omit<CallChartsProps, 'choices'>) {
  const version = record.version.value;
  const window = state.window.value;
  const colours = palette.value;
  const { timeline, stretches } = leg;
  const account = useMemo(() => accountChart(stretches), [stretches]);
  const drawn = useMemo(
    (): readonly Drawn[] => [
      {
        key: 'expression',
        kind: EXPRESSION_CHART,
        columns: stackedShares(timeline, window),
        title: words.expression,
        note: words.expressionNote,
      },
      { key: 'account', kind: account, columns: intensity(timeline, window), title: words.account },
      {
        key: 'affect',
        kind: AFFECT_CHART,
        columns: affect(timeline, window),
        title: words.affect,
        note: words.affectNote,
      },
      { key: 'pitch', kind: PITCH_CHART, columns: pitch(timeline, window), title: words.pitch },
      {
        key: 'rate',
        kind: RATE_CHART,
        columns: speechRate(timeline, window),
        title: words.rate,
        note: words.rateNote,
      },
    ],
    // `version` stands for what changes inside the lists of the leg.
    [timeline, account, window, version],
  );
  const accountNote = words.accountNote(emotionOf(leg, state.positionMs.value));
  return (
    <figure class="charts-stack">
      <EventLane
        leg={leg}
        call={record.detail}
        version={version}
        window={window}
        palette={colours}
      />
      {drawn.map(({ key, title, note, kind, columns }, index) => (
        <div key={key} class={`chart-block chart-${key}`}>
          <p class="chart-title">
            <strong>{title}</strong>
            <span class="soft">{key === 'account' ? accountNote : note}</span>
          </p>
          <TimeChart
            kind={kind}
            columns={columns}
            window={window}
            palette={colours}
            syncKey={`call-${record.detail.callId}-${leg.leg}`}
            timeAxis={index === drawn.length - 1}
            onCursor={(positionMs) => {
              state.cursorMs.value = positionMs;
            }}
          />
        </div>
      ))}
      <figcaption class="visually-hidden">{words.tableHint}</figcaption>
    </figure>
  );
}

/** The emotion that the stretches before a position speak of. */
function emotionOf({ stretches }: LegDetail, positionMs: number): string {
  const ends = stretches.map(({ endMs }) => endMs);
  const stretch = stretches[pointAt(ends, positionMs)];
  return stretch ? STRINGS.labels[stretch.emotion].toLowerCase() : words.theExpression;
}
