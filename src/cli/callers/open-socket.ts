import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { ERRORS, type ErrorCode, TonewireError, toTonewireError } from '../../protocol/errors.ts';

export interface SocketRequest {
  /** Full address, `ws:` or `wss:`. */
  readonly url: string;
  readonly protocols?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Attached before the socket opens, so that a first message cannot be missed. A throw ends the connection. */
  readonly onText: (text: string) => void;
}

/** A WebSocket of ours: open, and with its end known as a coded error. */
export interface OpenSocket {
  /** Resolves when the bytes are with the operating system: waiting for it is the back-pressure. */
  send(data: string | Uint8Array): Promise<void>;
  readonly isOpen: boolean;
  close(): void;
  /** Resolves when the socket closes as it should; rejects with the reason when it does not. */
  readonly closed: Promise<void>;
}

const NORMAL_CLOSE = 1000;
const MAX_REFUSAL_BYTES = 16_384;

/** Connects. Throws TW_CONNECT_FAILED, or the coded error that the server refused with. */
export async function openSocket(request: SocketRequest): Promise<OpenSocket> {
  const socket = new WebSocket(request.url, [...(request.protocols ?? [])], {
    headers: { ...request.headers },
    perMessageDeflate: false,
  });
  let unreadable: TonewireError | undefined;
  socket.on('message', (data) => {
    try {
      request.onText(String(data));
    } catch (cause) {
      unreadable ??= toTonewireError(cause, 'TW_BAD_MESSAGE');
      socket.terminate();
    }
  });
  const closed = whenClosed(socket).catch((cause: unknown) => {
    throw unreadable ?? cause;
  });
  // Whoever waits for `closed` gets the error; nobody has to.
  closed.catch(() => undefined);
  await whenOpen(socket, request.url);
  return {
    send: (data) => send(socket, data),
    get isOpen() {
      return socket.readyState === WebSocket.OPEN;
    },
    close: () => socket.close(NORMAL_CLOSE),
    closed,
  };
}

function send(socket: WebSocket, data: string | Uint8Array): Promise<void> {
  // A send that fails is not the news: why the socket closed is, and `closed` tells.
  return new Promise((resolve) => socket.send(data, () => resolve()));
}

function whenOpen(socket: WebSocket, url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', (cause) => reject(connectFailed(url, reasonOf(cause), cause)));
    socket.once('unexpected-response', (_request, response) => {
      void refusal(response, url).then(reject);
    });
  });
}

function whenClosed(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.on('error', () => undefined); // 'close' follows and carries the code.
    socket.once('close', (code, reason) => {
      if (code === NORMAL_CLOSE) resolve();
      else reject(closeError(code, String(reason)));
    });
  });
}

function closeError(code: number, reason: string): TonewireError {
  if (isErrorCode(reason)) return new TonewireError(reason);
  const why = reason === '' ? '' : `, "${printable(reason)}"`;
  return new TonewireError(
    'TW_CONNECT_FAILED',
    `The server closed the connection before the call had ended (code ${code}${why}).`,
  );
}

/** Tonewire refuses with `{"error": {code, message}}`; anybody else with anything. */
async function refusal(response: IncomingMessage, url: string): Promise<TonewireError> {
  const status = response.statusCode ?? 0;
  try {
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of response) {
      bytes += chunk.length;
      if (bytes > MAX_REFUSAL_BYTES) break;
      chunks.push(chunk);
    }
    const { code, message } = JSON.parse(Buffer.concat(chunks).toString()).error;
    if (isErrorCode(code)) return new TonewireError(code, printable(String(message)));
  } catch {
    // Not one of ours: the status has to do.
  }
  return connectFailed(url, `the server answered HTTP ${status}`);
}

function connectFailed(url: string, why: string, cause?: unknown): TonewireError {
  return new TonewireError('TW_CONNECT_FAILED', `Cannot connect to ${url}: ${why}.`, { cause });
}

const REASONS = new Map([
  ['ECONNREFUSED', 'nothing listens there'],
  ['ENOTFOUND', 'the host is not known'],
  ['ETIMEDOUT', 'no answer'],
]);

function reasonOf(cause: Error): string {
  const code = 'code' in cause ? String(cause.code) : '';
  return REASONS.get(code) ?? (code || cause.message);
}

function isErrorCode(text: unknown): text is ErrorCode {
  return typeof text === 'string' && Object.hasOwn(ERRORS, text);
}

/** The other side chose these words: they must not steer the terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\uFFFD');
}
