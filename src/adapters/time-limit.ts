import { TonewireError } from '../protocol/errors.ts';
import { DeliveryError } from './delivery-error.ts';

/**
 * One attempt, of however many requests, within `limitMs` and only until `leaving` fires. Rejects
 * with a TonewireError in any case: whatever else `work` rejects with is a connection that failed.
 * @param who names the target in errors, such as `Rasa desk`
 */
export async function withinLimit(
  who: string,
  limitMs: number,
  leaving: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const limit = new AbortController();
  const cut = () => limit.abort();
  const timer = setTimeout(cut, limitMs);
  leaving.addEventListener('abort', cut, { once: true });
  try {
    leaving.throwIfAborted();
    await work(limit.signal);
  } catch (cause) {
    if (leaving.aborted) throw failure(`${who}: cut short by the shutdown.`, cause);
    if (limit.signal.aborted) throw failure(`${who}: no answer within ${limitMs} ms.`, cause);
    throw cause instanceof TonewireError ? cause : failure(`${who}: no connection.`, cause);
  } finally {
    clearTimeout(timer);
    leaving.removeEventListener('abort', cut);
  }
}

const failure = (message: string, cause: unknown) => new DeliveryError(message, { cause });
