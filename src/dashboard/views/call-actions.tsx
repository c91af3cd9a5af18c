import type { CallSummary } from '../../protocol/dashboard.ts';
import { useDesk } from '../desk/desk.ts';
import { useMayChange } from '../desk/role.ts';
import { nameOf } from '../live/wall-order.ts';
import { attempt } from '../parts/failure.ts';
import { saveAs } from '../parts/save-as.ts';
import { STRINGS } from '../strings.ts';
import type { Deletion } from './deletion-dialog.tsx';

const words = STRINGS.history;

interface CallActionsProps {
  readonly call: CallSummary;
  readonly onDelete: (deletion: Deletion) => void;
}

/** What a supervisor may do with a finished call: take it out, or erase it. */
export function CallActions({ call, onDelete }: CallActionsProps) {
  const { client } = useDesk();
  if (!useMayChange()) return null;
  const { callId, caller } = call;
  const exportAs = (format: 'csv' | 'json') =>
    attempt(async () => {
      saveAs(await client.exportCall(callId, { format }), `tonewire-${callId}.${format}`);
    });
  return (
    <details class="menu" name="call-actions">
      <summary class="button button-small" aria-label={words.actionsOf(nameOf(call))}>
        ⋯
      </summary>
      <div class="menu-items">
        {(['csv', 'json'] as const).map((format) => (
          <button key={format} type="button" onClick={() => exportAs(format)}>
            {words.exportOne(format === 'csv' ? words.exportCsv : words.exportJson)}
          </button>
        ))}
        <button type="button" onClick={() => onDelete({ kind: 'call', call })}>
          {words.delete}…
        </button>
        {caller !== null && (
          <button type="button" onClick={() => onDelete({ kind: 'caller', call, caller })}>
            {words.deleteCaller}…
          </button>
        )}
      </div>
    </details>
  );
}
