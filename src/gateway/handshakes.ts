import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { TonewireError } from '../protocol/errors.ts';
import { SUBPROTOCOL } from '../protocol/messages.ts';

/** A sender that does not answer our close frame is cut off after this. */
const CLOSE_TIMEOUT_MS = 5000;

/** The only one there is (RFC 6455); a refusal has to name it. */
const WEBSOCKET_VERSION = 13;

/**
 * `ws` itself closes with the bare code 1009 and says no more. So it is allowed twice our limit,
 * and what lies between is refused with its coded error.
 */
const HARD_LIMIT_FACTOR = 2;

/** Makes WebSockets of sockets whose upgrade was accepted, and closes them all in the end. */
export class Handshakes {
  readonly #sockets: WebSocketServer;

  /** `onRefused` hears of handshakes that are malformed; they have been answered already. */
  constructor(maxMessageBytes: number, onRefused: (error: TonewireError) => void) {
    const settings = {
      noServer: true,
      // Audio hardly shrinks, and inflating a stranger's messages is an attack surface.
      perMessageDeflate: false,
      maxPayload: maxMessageBytes * HARD_LIMIT_FACTOR,
      closeTimeout: CLOSE_TIMEOUT_MS,
      handleProtocols: (offered: Set<string>) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    };
    this.#sockets = new WebSocketServer(settings);
    this.#sockets.on('wsClientError', (cause, socket) => {
      const message = 'The WebSocket handshake is malformed.';
      const error = new TonewireError('TW_BAD_REQUEST', message, { cause });
      refuseUpgrade(socket, error);
      onRefused(error);
    });
  }

  /** `accept` must attach its listeners before anything asynchronous. */
  complete(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    accept: (socket: WebSocket) => void,
  ): void {
    this.#sockets.handleUpgrade(request, socket, head, accept);
  }

  /** Closes every socket with this code; cuts off those that do not answer in time. */
  async close(code: number): Promise<void> {
    const closed = [...this.#sockets.clients].map((socket) => {
      const done = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      socket.close(code);
      return done;
    });
    await Promise.all(closed);
    this.#sockets.close();
  }
}

/** Answers an upgrade with the error instead of a socket. */
export function refuseUpgrade(socket: Duplex, { code, message, row }: TonewireError): void {
  const body = JSON.stringify({ error: { code, message } });
  const head = [
    `HTTP/1.1 ${row.httpStatus} ${STATUS_CODES[row.httpStatus] ?? ''}`,
    'Connection: close',
    `Sec-WebSocket-Version: ${WEBSOCKET_VERSION}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
