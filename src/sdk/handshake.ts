import { CLOSE_CODES } from '../protocol/close-codes.ts';
import { TonewireError } from '../protocol/errors.ts';
import type { ClientMessage } from '../protocol/messages.ts';
import { subprotocols } from './credential.ts';
import { endFailure, refusalReason } from './failures.ts';
import { addressFor, type ConnectOptions, type StreamSettings } from './options.ts';
import { ClientSocket, type SocketEnd, type WebSocketMaker } from './web-socket.ts';

export interface HandshakeHandlers {
  onText(text: string): void;
  /** The socket ended after the handshake. */
  onEnd(end: SocketEnd): void;
  /** The error that the gateway named before it closed, if it did. */
  refusal(): TonewireError | undefined;
}

/** Opens one socket, says the first message and waits for its answer. */
export class Handshake {
  readonly #WebSocket: WebSocketMaker;
  readonly #token: ConnectOptions['token'];
  readonly #settings: StreamSettings;
  #onAnswer: () => void = () => undefined;

  constructor(WebSocket: WebSocketMaker, token: ConnectOptions['token'], settings: StreamSettings) {
    this.#WebSocket = WebSocket;
    this.#token = token;
    this.#settings = settings;
  }

  /** The first message was answered: told by whoever reads the messages. */
  answered(): void {
    this.#onAnswer();
  }

  /** Throws the coded reason where it fails, or the signal's reason. */
  async shake(
    hello: ClientMessage,
    signal: AbortSignal,
    handlers: HandshakeHandlers,
  ): Promise<ClientSocket> {
    const attempt = new AbortController();
    const { connectTimeoutMs, url } = this.#settings;
    const late = new TonewireError('TW_CONNECT_FAILED', `${url.origin} did not answer in time.`);
    const timer = setTimeout(() => attempt.abort(late), connectTimeoutMs);
    const onOver = () => attempt.abort(signal.reason);
    signal.addEventListener('abort', onOver);
    try {
      return await this.#shake(hello, attempt.signal, handlers);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onOver);
    }
  }

  async #shake(
    hello: ClientMessage,
    signal: AbortSignal,
    { onText, onEnd, refusal }: HandshakeHandlers,
  ): Promise<ClientSocket> {
    const credential = typeof this.#token === 'function' ? await this.#token() : this.#token;
    signal.throwIfAborted();
    let ended: (end: SocketEnd) => void = () => undefined;
    const url = addressFor(this.#settings.url, hello);
    const socket = await this.#open(url, credential, signal, {
      onText,
      onEnd: (end) => ended(end),
    });
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        socket.abandon(CLOSE_CODES.normal);
        reject(signal.reason);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      ended = (end) => reject(refusal() ?? endFailure(end));
      this.#onAnswer = () => {
        signal.removeEventListener('abort', onAbort);
        ended = onEnd;
        resolve(socket);
      };
      socket.send(JSON.stringify(hello));
    });
  }

  async #open(
    url: URL,
    credential: string | undefined,
    signal: AbortSignal,
    handlers: { onText(text: string): void; onEnd(end: SocketEnd): void },
  ): Promise<ClientSocket> {
    const { connectTimeoutMs } = this.#settings;
    const protocols = subprotocols(credential);
    try {
      return await ClientSocket.open(this.#WebSocket, url.href, protocols, handlers, signal);
    } catch {
      signal.throwIfAborted();
      throw await refusalReason(url, credential, connectTimeoutMs);
    }
  }
}
