import { STRINGS } from '../strings.ts';
import { failure } from './failure.ts';

/** Why the last thing that somebody asked for was not done. */
export function FailureNote() {
  const error = failure.value;
  return (
    <div role="alert">
      {error && (
        <div class="failure">
          <div>
            <strong>{STRINGS.failures.title}</strong>
            <p>
              {error.message} <code>{error.code}</code>
            </p>
          </div>
          <button
            type="button"
            class="button button-small"
            onClick={() => {
              failure.value = null;
            }}
          >
            {STRINGS.failures.dismiss}
          </button>
        </div>
      )}
    </div>
  );
}
