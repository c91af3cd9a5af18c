import { CLOSE_CODES } from '../protocol/close-codes.ts';

/** What the client needs of a WebSocket: the browser's own and `ws` both have it. */
export interface WebSocketLike {
  binaryType: string;
  readonly readyState: number;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
}

export type WebSocketMaker = new (url: string, protocols: string[]) => WebSocketLike;

/** How a socket ended. */
export interface SocketEnd {
  readonly code: number;
  readonly reason: string;
}

export interface ClientSocketHandlers {
  onText(text: string): void;
  /** Told once, unless `abandon` came first. */
  onEnd(end: SocketEnd): void;
}

const OPEN = 1;

/** One socket of a stream. Once abandoned it says nothing more, whatever still happens to it. */
export class ClientSocket {
  readonly #socket: WebSocketLike;

  private constructor(socket: WebSocketLike) {
    this.#socket = socket;
  }

  /** Resolves when the socket is open; rejects with how it ended when it does not open. */
  static open(
    WebSocket: WebSocketMaker,
    url: string,
    protocols: string[],
    handlers: ClientSocketHandlers,
    signal: AbortSignal,
  ): Promise<ClientSocket> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url, protocols);
      const client = new ClientSocket(socket);
      const onAbort = () => {
        client.abandon(CLOSE_CODES.normal);
        reject(signal.reason);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      socket.binaryType = 'arraybuffer';
      socket.onerror = () => undefined; // 'close' follows.
      socket.onmessage = ({ data }: { data: unknown }) => handlers.onText(String(data));
      socket.onclose = (end: SocketEnd) => {
        signal.removeEventListener('abort', onAbort);
        reject(end);
      };
      socket.onopen = () => {
        signal.removeEventListener('abort', onAbort);
        socket.onclose = (end: SocketEnd) => handlers.onEnd(end);
        resolve(client);
      };
    });
  }

  send(data: string | Uint8Array<ArrayBuffer>): void {
    // Whatever is sent after its end is lost with it; the end is told by `onEnd`.
    if (this.#socket.readyState === OPEN) this.#socket.send(data);
  }

  /** Closes it and listens to it no more. */
  abandon(code: number): void {
    this.#socket.onopen = null;
    this.#socket.onmessage = null;
    this.#socket.onclose = null;
    this.#socket.close(code);
  }
}
