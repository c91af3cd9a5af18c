import { signal } from '@preact/signals';
import { type TonewireError, toTonewireError } from '../../protocol/errors.ts';

/** What last went wrong, shown until somebody dismisses it. */
export const failure = signal<TonewireError | null>(null);

/** Does what somebody asked for, and shows them why when it fails. */
export async function attempt<T>(action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (cause) {
    failure.value = toTonewireError(cause);
    return undefined;
  }
}
