import { useSignal } from '@preact/signals';
import type { DeskRole } from '../../protocol/desk-endpoints.ts';
import { toTonewireError } from '../../protocol/errors.ts';
import { useDesk } from '../desk/desk.ts';
import { Choice } from '../parts/choice.tsx';
import { STRINGS } from '../strings.ts';

const words = STRINGS.signIn;
const ROLES: readonly DeskRole[] = ['supervisor', 'viewer'];

/** Asks for an API key where the gateway wants one. */
export function SignInView({ ended }: { readonly ended: boolean }) {
  const desk = useDesk();
  const role = useSignal<DeskRole>('supervisor');
  const busy = useSignal(false);
  const problem = useSignal(ended ? words.ended : '');
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const key = new FormData(event.currentTarget as HTMLFormElement).get('key');
    busy.value = true;
    problem.value = '';
    try {
      await desk.signIn.withKey(String(key), role.value);
      await desk.enter();
    } catch (cause) {
      problem.value = complaint(cause);
    }
    busy.value = false;
  };
  return (
    <section class="sign-in" aria-labelledby="sign-in-title">
      <form class="card" onSubmit={submit}>
        <h1 id="sign-in-title">{words.title}</h1>
        <p class="soft">{words.lead}</p>
        <label class="field field-tall">
          <span class="field-label">{words.key}</span>
          <input name="key" type="password" required autocomplete="off" spellcheck={false} />
        </label>
        <Choice
          label={words.role}
          value={role.value}
          options={ROLES.map((name) => [name, words.roles[name]])}
          onChange={(name) => {
            role.value = name;
          }}
        />
        <p class="problem" role="alert">
          {problem.value}
        </p>
        <button type="submit" class="button button-main" disabled={busy.value}>
          {busy.value ? words.working : words.submit}
        </button>
        <p class="soft small">{words.kept}</p>
      </form>
    </section>
  );
}

function complaint(cause: unknown): string {
  const { code, message } = toTonewireError(cause);
  if (code === 'TW_UNAUTHORIZED') return words.wrong;
  return code === 'TW_FORBIDDEN' ? words.forbidden : message;
}
