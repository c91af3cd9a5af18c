import { TonewireError } from '../protocol/errors.ts';
import type { Session } from './session.ts';

/** The calls that run now: at most so many, each id once, none new while draining. */
export class Sessions {
  readonly #maxCalls: number;
  readonly #running = new Map<string, Session>();
  #draining = false;
  #onEmpty: (() => void) | undefined;

  constructor(maxCalls: number) {
    this.#maxCalls = maxCalls;
  }

  get count(): number {
    return this.#running.size;
  }

  get draining(): boolean {
    return this.#draining;
  }

  get full(): boolean {
    return this.#running.size >= this.#maxCalls;
  }

  /** Takes a call in, or throws the reason why not. */
  admit(callId: string, session: Session): void {
    if (this.#draining) throw new TonewireError('TW_DRAINING');
    if (this.#running.has(callId)) {
      throw new TonewireError('TW_OUT_OF_ORDER', 'A call with this id is running already.');
    }
    if (this.full) throw new TonewireError('TW_TOO_MANY_CONNECTIONS');
    this.#running.set(callId, session);
  }

  /** The call that runs with this id. */
  find(callId: string): Session | undefined {
    return this.#running.get(callId);
  }

  /** Lets a call go; only the session that holds the id can. */
  release(callId: string, session: Session): void {
    if (this.#running.get(callId) !== session) return;
    this.#running.delete(callId);
    if (this.#running.size === 0) this.#onEmpty?.();
  }

  /** Refuses new calls, gives the running ones this long to finish, then ends them. */
  async drain(timeoutMs: number): Promise<void> {
    this.#draining = true;
    await this.#empty(timeoutMs);
    await this.endAll('drained');
  }

  async endAll(reason: string): Promise<void> {
    await Promise.all([...this.#running.values()].map((session) => session.end(reason)));
  }

  #empty(timeoutMs: number): Promise<void> {
    if (this.#running.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#onEmpty = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
