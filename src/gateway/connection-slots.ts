import type { Config } from '../config/schema.ts';
import { TonewireError } from '../protocol/errors.ts';

/** One open socket's place among the bounded number of them. */
export interface ConnectionSlot {
  /** The sender has shown who it is; its place among the strangers is free again. */
  authenticated(): void;
  /** The socket is gone. */
  release(): void;
}

/** Counts sockets, and apart from them those whose sender is still a stranger. */
export class ConnectionSlots {
  readonly #limits: Pick<Config['limits'], 'maxConnections' | 'maxUnauthenticatedConnections'>;
  #open = 0;
  #strangers = 0;

  constructor(limits: Config['limits']) {
    this.#limits = limits;
  }

  get open(): number {
    return this.#open;
  }

  get strangers(): number {
    return this.#strangers;
  }

  get full(): boolean {
    return this.#open >= this.#limits.maxConnections;
  }

  /** Takes a place, or throws TW_TOO_MANY_CONNECTIONS. */
  take(): ConnectionSlot {
    if (this.full || this.#strangers >= this.#limits.maxUnauthenticatedConnections) {
      throw new TonewireError('TW_TOO_MANY_CONNECTIONS');
    }
    this.#open += 1;
    this.#strangers += 1;
    const authenticated = once(() => {
      this.#strangers -= 1;
    });
    const release = once(() => {
      authenticated();
      this.#open -= 1;
    });
    return { authenticated, release };
  }
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}
