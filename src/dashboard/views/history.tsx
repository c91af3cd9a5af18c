import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { useDesk } from '../desk/desk.ts';
import { useMayChange } from '../desk/role.ts';
import { attempt } from '../parts/failure.ts';
import { saveAs } from '../parts/save-as.ts';
import { Segmented } from '../parts/segmented.tsx';
import { STRINGS } from '../strings.ts';
import { HistoryCalls } from './history-calls.tsx';
import { HistoryDays } from './history-days.tsx';
import { HistoryFilter } from './history-filter.tsx';
import { HistoryModel } from './history-model.ts';

const words = STRINGS.history;

/** Finished calls, one by one or by the day. */
export function History() {
  const { client } = useDesk();
  const model = useMemo(() => new HistoryModel(client), [client]);
  const shown = useSignal<'calls' | 'days'>('calls');
  return (
    <section class="view history" aria-labelledby="history-title">
      <div class="bar">
        <h1 id="history-title">{words.title}</h1>
        <Segmented
          label={words.title}
          value={shown.value}
          options={[
            ['calls', words.calls],
            ['days', words.days],
          ]}
          onChange={(name) => {
            shown.value = name;
          }}
        />
        <Kept />
        <div class="bar-space" />
        <ExportButtons model={model} />
      </div>
      <HistoryFilter model={model} days={shown.value === 'days'} />
      {shown.value === 'calls' ? <HistoryCalls model={model} /> : <HistoryDays model={model} />}
    </section>
  );
}

/** For how long calls are kept, if at all. */
function Kept() {
  const entrance = useDesk().entrance.value;
  if (entrance.state !== 'open') return null;
  const { persistent, retentionDays } = entrance.session.history;
  const text = persistent
    ? retentionDays === null
      ? ''
      : words.retention(retentionDays)
    : words.memory;
  return <span class="soft small">{text}</span>;
}

function ExportButtons({ model }: { readonly model: HistoryModel }) {
  const { client } = useDesk();
  const may = useMayChange();
  const exportAs = (format: 'csv' | 'json') =>
    attempt(async () => {
      const blob = await client.exportHistory({ ...model.filter.value, format });
      saveAs(blob, `tonewire-calls.${format}`);
    });
  return (
    <div class="button-row">
      <span class="field-label">{words.export}</span>
      {(['csv', 'json'] as const).map((format) => {
        const name = format === 'csv' ? words.exportCsv : words.exportJson;
        return (
          <button
            key={format}
            type="button"
            class="button button-small"
            disabled={!may}
            title={may ? undefined : words.onlySupervisors}
            aria-label={words.exportLabel(name)}
            onClick={() => exportAs(format)}
          >
            {name}
          </button>
        );
      })}
    </div>
  );
}
