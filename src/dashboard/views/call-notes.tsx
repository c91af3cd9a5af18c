import { useSignal } from '@preact/signals';
import { DESK_BOUNDS } from '../../protocol/desk-endpoints.ts';
import type { CallRecord } from '../call/call-record.ts';
import type { CallState } from '../call/call-state.ts';
import { useDesk } from '../desk/desk.ts';
import { useMayChange } from '../desk/role.ts';
import { formatClock, formatTimeOfDay } from '../format.ts';
import { attempt } from '../parts/failure.ts';
import { STRINGS } from '../strings.ts';

const words = STRINGS.call;

interface CallNotesProps {
  readonly state: CallState;
  readonly record: CallRecord;
}

/** What somebody wrote down about the call; a new note keeps the position that is looked at. */
export function CallNotes({ state, record }: CallNotesProps) {
  record.version.value;
  const { callId, notes } = record.detail;
  return (
    <section class="card">
      <h2>{words.notes}</h2>
      {notes.length === 0 && <p class="soft">{words.noNotes}</p>}
      <ul class="plain-list">
        {notes.map(({ noteId, by, at, atMs, text }) => (
          <li key={noteId}>
            <div>
              <p class="note-text">{text}</p>
              <div class="soft small number">
                {words.by(by, formatTimeOfDay(at))}
                {atMs !== null && ` · ${formatClock(atMs)}`}
              </div>
            </div>
          </li>
        ))}
      </ul>
      <NewNote callId={callId} state={state} />
    </section>
  );
}

function NewNote({ callId, state }: { readonly callId: string; readonly state: CallState }) {
  const { client } = useDesk();
  const may = useMayChange();
  const text = useSignal('');
  const busy = useSignal(false);
  if (!may) return <p class="soft small">{words.noteOnlySupervisors}</p>;
  const submit = async (event: Event) => {
    event.preventDefault();
    busy.value = true;
    const atMs = Math.round(state.positionMs.value);
    const note = await attempt(() => client.addNote(callId, { text: text.value.trim(), atMs }));
    if (note) text.value = '';
    busy.value = false;
  };
  return (
    <form class="new-note" onSubmit={submit}>
      <label class="field-tall">
        <span class="visually-hidden">{words.note}</span>
        <textarea
          rows={2}
          maxLength={DESK_BOUNDS.maxNoteLength}
          placeholder={words.note}
          value={text.value}
          onInput={({ currentTarget }) => {
            text.value = currentTarget.value;
          }}
        />
      </label>
      <button
        type="submit"
        class="button button-small"
        disabled={busy.value || text.value.trim() === ''}
      >
        {words.addNote}
      </button>
    </form>
  );
}
