import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { TonewireError, toTonewireError } from '../protocol/errors.ts';
import { SUBPROTOCOL } from '../protocol/messages.ts';
import type { Principal } from './auth.ts';
import type { ConnectionSlot, ConnectionSlots } from './connection-slots.ts';
import type { GatewayMetrics } from './metrics.ts';
import type { SenderRates } from './overload/sender-rates.ts';
import { requestUrl } from './request-url.ts';

/** What happens to WebSocket upgrades of one path. */
export interface UpgradeRoute {
  /** Who asks to come in. Throws a `TonewireError` to refuse, before there is a socket. */
  authorize(request: IncomingMessage): Principal | Promise<Principal>;
  /** Takes over the socket; must attach its listeners before anything asynchronous. */
  accept(
    socket: WebSocket,
    request: IncomingMessage,
    slot: ConnectionSlot,
    principal: Principal,
  ): void;
}

export interface UpgradeOptions {
  readonly routes: ReadonlyMap<string, UpgradeRoute>;
  readonly slots: ConnectionSlots;
  readonly rates: SenderRates;
  readonly metrics: GatewayMetrics;
  readonly isDraining: () => boolean;
  readonly maxMessageBytes: number;
}

/** A sender that does not answer our close frame is cut off after this. */
const CLOSE_TIMEOUT_MS = 5000;

/** The only one there is (RFC 6455); a refusal has to name it. */
const WEBSOCKET_VERSION = 13;

/**
 * `ws` itself closes with the bare code 1009 and says no more. So it is allowed twice our limit,
 * and what lies between is refused with its coded error.
 */
const HARD_LIMIT_FACTOR = 2;

/** Answers upgrade requests: finds the path's route, takes a slot, authorises, and hands over. */
export class UpgradeDoor {
  readonly #options: UpgradeOptions;
  readonly #sockets: WebSocketServer;

  constructor(options: UpgradeOptions) {
    this.#options = options;
    const settings = {
      noServer: true,
      // Audio hardly shrinks, and inflating a stranger's messages is an attack surface.
      perMessageDeflate: false,
      maxPayload: options.maxMessageBytes * HARD_LIMIT_FACTOR,
      closeTimeout: CLOSE_TIMEOUT_MS,
      handleProtocols: (offered: Set<string>) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false),
    };
    this.#sockets = new WebSocketServer(settings);
    this.#sockets.on('wsClientError', (cause, socket) => {
      const message = 'The WebSocket handshake is malformed.';
      this.#refuse(socket, new TonewireError('TW_BAD_REQUEST', message, { cause }));
    });
  }

  /** The listener of the HTTP server's `upgrade`. */
  readonly knock = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    // Until it is a WebSocket, a reset here would be an unhandled error.
    const onError = () => socket.destroy();
    socket.on('error', onError);
    this.#letIn(request, socket, head).then(
      () => socket.off('error', onError),
      (cause: unknown) => this.#refuse(socket, toTonewireError(cause)),
    );
  };

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

  async #letIn(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const route = this.#route(request);
    const { slots, rates } = this.#options;
    rates.knock(`address ${request.socket.remoteAddress}`);
    const slot = slots.take();
    socket.once('close', slot.release);
    const principal = await route.authorize(request);
    if (principal.subject !== undefined) rates.knock(`${principal.kind} ${principal.subject}`);
    // The drain may have begun meanwhile.
    if (this.#options.isDraining()) throw new TonewireError('TW_DRAINING');
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) =>
      route.accept(webSocket, request, slot, principal),
    );
  }

  #route(request: IncomingMessage): UpgradeRoute {
    const path = requestUrl(request).pathname.replace(/(?<=.)\/$/, '');
    const route = this.#options.routes.get(path);
    if (!route) throw new TonewireError('TW_NOT_FOUND');
    if (this.#options.isDraining()) throw new TonewireError('TW_DRAINING');
    return route;
  }

  #refuse(socket: Duplex, { code, message, row }: TonewireError): void {
    this.#options.metrics.refused(code);
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
}
