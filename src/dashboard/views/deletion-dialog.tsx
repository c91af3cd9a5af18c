import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { CallSummary } from '../../protocol/dashboard.ts';
import { useDesk } from '../desk/desk.ts';
import { nameOf } from '../live/wall-order.ts';
import { attempt } from '../parts/failure.ts';
import { STRINGS } from '../strings.ts';

const words = STRINGS.history;

/** What is to be erased: one call, or all of one caller. */
export type Deletion =
  | { readonly kind: 'call'; readonly call: CallSummary }
  | { readonly kind: 'caller'; readonly call: CallSummary; readonly caller: string };

interface DeletionDialogProps {
  readonly deletion: Deletion;
  readonly onClose: () => void;
  readonly onDeleted: () => void;
}

/** Asks once more, because nothing brings a deleted call back. */
export function DeletionDialog({ deletion, onClose, onDeleted }: DeletionDialogProps) {
  const { client } = useDesk();
  const dialog = useRef<HTMLDialogElement>(null);
  const busy = useSignal(false);
  useEffect(() => dialog.current?.showModal(), []);
  const ofCaller = deletion.kind === 'caller';
  const name = nameOf(deletion.call);
  const erase = async (event: Event) => {
    event.preventDefault();
    busy.value = true;
    const deleted = await attempt(() =>
      ofCaller ? client.deleteCaller(deletion.caller) : client.deleteCall(deletion.call.callId),
    );
    busy.value = false;
    if (deleted) onDeleted();
    dialog.current?.close();
  };
  return (
    <dialog ref={dialog} aria-labelledby="deletion-title" onClose={onClose}>
      <form onSubmit={erase}>
        <h2 id="deletion-title">{ofCaller ? words.deleteCallerTitle : words.deleteTitle}</h2>
        <p>{ofCaller ? words.deleteCallerLead(name) : words.deleteLead(name)}</p>
        <div class="dialog-buttons">
          <button type="button" class="button" onClick={() => dialog.current?.close()}>
            {STRINGS.cancel}
          </button>
          <button type="submit" class="button button-danger" disabled={busy.value}>
            {ofCaller ? words.deleteCaller : words.delete}
          </button>
        </div>
      </form>
    </dialog>
  );
}
