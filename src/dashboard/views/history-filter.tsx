import { DESK_BOUNDS } from '../../protocol/desk-endpoints.ts';
import { EMOTIONS, type Emotion } from '../../protocol/labels.ts';
import { Choice } from '../parts/choice.tsx';
import { STRINGS } from '../strings.ts';
import type { HistoryFilterValues, HistoryModel } from './history-model.ts';

const words = STRINGS.history;
const ANY = '';

interface HistoryFilterProps {
  readonly model: HistoryModel;
  /** Days can be narrowed by date alone. */
  readonly days: boolean;
}

/** Narrows what is listed; the lists follow by themselves. */
export function HistoryFilter({ model, days }: HistoryFilterProps) {
  const { search = '', fromDay = '', toDay = '', dominant, alerts } = model.filter.value;
  const set = (change: { [K in keyof HistoryFilterValues]: HistoryFilterValues[K] | '' }) => {
    const entries = Object.entries({ ...model.filter.value, ...change });
    model.filter.value = Object.fromEntries(entries.filter(([, value]) => value !== ''));
  };
  return (
    <search class="bar history-filter">
      {!days && (
        <label class="field">
          <span class="field-label">{words.search}</span>
          <input
            type="search"
            maxLength={DESK_BOUNDS.maxSearchLength}
            placeholder={STRINGS.wall.searchHint}
            value={search}
            onInput={({ currentTarget }) => set({ search: currentTarget.value })}
          />
        </label>
      )}
      <Day label={words.from} value={fromDay} onChange={(day) => set({ fromDay: day })} />
      <Day label={words.to} value={toDay} onChange={(day) => set({ toDay: day })} />
      {!days && (
        <>
          <Choice<Emotion | ''>
            label={words.dominant}
            value={EMOTIONS.find((emotion) => emotion === dominant) ?? ANY}
            options={[
              [ANY, words.anyExpression],
              ...EMOTIONS.map((emotion) => [emotion, STRINGS.labels[emotion]] as const),
            ]}
            onChange={(emotion) => set({ dominant: emotion })}
          />
          <Choice<'any' | 'unacknowledged' | ''>
            label={words.alerts}
            value={alerts ?? ANY}
            options={[
              [ANY, words.anyAlerts],
              ['any', words.withAlerts],
              ['unacknowledged', words.unacknowledged],
            ]}
            onChange={(wanted) => set({ alerts: wanted })}
          />
        </>
      )}
    </search>
  );
}

interface DayProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (day: string) => void;
}

function Day({ label, value, onChange }: DayProps) {
  return (
    <label class="field">
      <span class="field-label">{label}</span>
      <input
        type="date"
        value={value}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      />
    </label>
  );
}
