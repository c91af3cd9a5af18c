import { type Signal, signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { DeskMessage, DeskSession } from '../../protocol/dashboard.ts';
import { TonewireError, toTonewireError } from '../../protocol/errors.ts';
import { browserClock } from '../browser-clock.ts';
import { LiveCalls } from '../live/live-calls.ts';
import { DeskClient } from './desk-client.ts';
import { DeskSocket } from './desk-socket.ts';
import { followRoute } from './follow-route.ts';
import { SignIn } from './sign-in.ts';

/** What stands between opening the page and the first call. */
export type Entrance =
  | { readonly state: 'asking' }
  | { readonly state: 'sign-in'; readonly ended: boolean }
  | { readonly state: 'unreachable'; readonly error: TonewireError }
  | { readonly state: 'open'; readonly session: DeskSession };

type Listener = (message: DeskMessage) => void;

const ASK_AGAIN_MS = 3000;

/** Everything that the views share: who is there, the gateway, the feed, the live calls. */
export class Desk {
  readonly route = followRoute();
  readonly live = new LiveCalls();
  readonly signIn = new SignIn();
  readonly client = new DeskClient(() => this.signIn.token.value);
  readonly entrance: Signal<Entrance> = signal({ state: 'asking' });
  /** Wall time at the gateway, moved on once a second. */
  readonly nowMs = signal(browserClock.nowMs());
  readonly feed: DeskSocket;
  readonly #listeners = new Set<Listener>();
  #serverAheadMs = 0;

  constructor() {
    this.feed = new DeskSocket({
      token: () => this.signIn.token.value,
      onMessage: (message) => this.#take(message),
      onLost: () => void this.#ask(),
    });
    setInterval(() => {
      this.nowMs.value = browserClock.nowMs() + this.#serverAheadMs;
    }, 1000);
  }

  /** Finds out whether a sign-in is needed, and opens the feed where it is not. */
  async enter(): Promise<void> {
    if (await this.#ask()) this.feed.open();
  }

  leave(): void {
    this.signIn.out();
    this.feed.close();
    this.entrance.value = { state: 'sign-in', ended: false };
  }

  /** Every message of the feed, after the live calls took it; the function that comes back ends it. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async #ask(): Promise<boolean> {
    try {
      this.entrance.value = { state: 'open', session: await this.client.session() };
      return true;
    } catch (cause) {
      this.#refused(toTonewireError(cause));
      return false;
    }
  }

  #refused(error: TonewireError): void {
    if (error.code === 'TW_UNAUTHORIZED') {
      const ended = this.signIn.token.value !== null;
      this.leave();
      this.entrance.value = { state: 'sign-in', ended };
      return;
    }
    // With calls on the wall the feed's own sign says it, and comes back by itself.
    if (this.entrance.value.state === 'open') return;
    this.entrance.value = { state: 'unreachable', error };
    setTimeout(() => void this.enter(), ASK_AGAIN_MS);
  }

  #take(message: DeskMessage): void {
    this.#serverAheadMs = Date.parse(message.at) - browserClock.nowMs();
    this.live.apply(message);
    for (const listener of this.#listeners) listener(message);
  }
}

export const DeskContext = createContext<Desk | null>(null);

/** The desk that the view stands on. */
export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new TonewireError('TW_INTERNAL', 'A view stands outside the desk.');
  return desk;
}
