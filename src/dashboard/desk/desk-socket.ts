import { type Signal, signal } from '@preact/signals';
import type { DeskMessage, DeskWatch } from '../../protocol/dashboard.ts';
import { DESK_FEED_PATH } from '../../protocol/desk-endpoints.ts';

/** The app protocol's name (messages.ts); a browser wants a subprotocol answered when it offers any. */
const SUBPROTOCOL = 'tonewire.v1';

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 15_000;

export type FeedState = 'connecting' | 'live' | 'lost';

export interface DeskSocketOptions {
  readonly token: () => string | null;
  readonly onMessage: (message: DeskMessage) => void;
  /** The socket is gone; a refusal looks the same to a page, which is not told the status. */
  readonly onLost: () => void;
}

/** The desk's feed, for as long as it is open: it comes back by itself, later each time. */
export class DeskSocket {
  readonly state: Signal<FeedState> = signal('connecting');
  readonly #options: DeskSocketOptions;
  #socket: WebSocket | undefined;
  #watched: string | null = null;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: DeskSocketOptions) {
    this.#options = options;
  }

  open(): void {
    if (this.#socket) return;
    const token = this.#options.token();
    const protocols = [SUBPROTOCOL, ...(token === null ? [] : [`token.${token}`])];
    const socket = new WebSocket(feedAddress(location), protocols);
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#read(String(data));
    socket.onclose = () => {
      if (this.#socket === socket) this.#lost();
    };
  }

  close(): void {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }

  /** Asks for every update of this call, from the next batch on; null for none. */
  watch(callId: string | null): void {
    this.#watched = callId;
    if (this.state.value === 'live') this.#askForWatched();
  }

  #read(text: string): void {
    const message = JSON.parse(text) as DeskMessage | { readonly type: 'error' };
    if (message.type === 'error') return;
    if (message.type === 'desk.snapshot') this.#begin();
    this.#options.onMessage(message);
  }

  /** Watches before the views ask for the call, so that updates come from before its answer on. */
  #begin(): void {
    this.#failures = 0;
    this.state.value = 'live';
    if (this.#watched !== null) this.#askForWatched();
  }

  #askForWatched(): void {
    const message: DeskWatch = { type: 'desk.watch', callId: this.#watched };
    this.#socket?.send(JSON.stringify(message));
  }

  #lost(): void {
    this.#socket = undefined;
    this.state.value = 'lost';
    this.#options.onLost();
    const longestMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures);
    this.#failures += 1;
    // Spread out, so that all desks do not come back to a restarted gateway at once.
    const waitMs = longestMs * (0.5 + Math.random() / 2);
    this.#timer = setTimeout(() => this.open(), waitMs);
  }
}

function feedAddress({ protocol, host }: Location): string {
  return `${protocol === 'https:' ? 'wss:' : 'ws:'}//${host}${DESK_FEED_PATH}`;
}
