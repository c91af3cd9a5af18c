import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { TonewireError, toTonewireError } from '../protocol/errors.ts';
import type { Principal } from './auth.ts';
import type { ConnectionSlot, ConnectionSlots } from './connection-slots.ts';
import { Handshakes, refuseUpgrade } from './handshakes.ts';
import type { GatewayMetrics } from './metrics.ts';
import type { SenderRates } from './overload/sender-rates.ts';
import { requestUrl } from './request-url.ts';

/** An upgrade whose sender may come in: its request, its socket, and what came right behind. */
export interface Knock {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** What happens to WebSocket upgrades of one path. */
export type UpgradeRoute = {
  /** Who asks to come in. Throws a `TonewireError` to refuse, before there is a socket. */
  authorize(request: IncomingMessage): Principal | Promise<Principal>;
} & (
  | {
      /** Takes over the WebSocket; must attach its listeners before anything asynchronous. */
      accept(
        socket: WebSocket,
        request: IncomingMessage,
        slot: ConnectionSlot,
        principal: Principal,
      ): void;
    }
  | {
      /** Takes over the bare socket, for another process to answer. Throws to refuse it after all. */
      handOver(knock: Knock, slot: ConnectionSlot, principal: Principal): void;
    }
);

export interface UpgradeOptions {
  readonly routes: ReadonlyMap<string, UpgradeRoute>;
  readonly slots: ConnectionSlots;
  readonly rates: SenderRates;
  readonly metrics: GatewayMetrics;
  readonly isDraining: () => boolean;
  readonly maxMessageBytes: number;
}

/** Answers upgrade requests: finds the path's route, takes a slot, authorises, and hands over. */
export class UpgradeDoor {
  readonly #options: UpgradeOptions;
  readonly #handshakes: Handshakes;

  constructor(options: UpgradeOptions) {
    this.#options = options;
    this.#handshakes = new Handshakes(options.maxMessageBytes, ({ code }) =>
      options.metrics.refused(code),
    );
  }

  /** The listener of the HTTP server's `upgrade`. */
  readonly knock = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    // Until it is a WebSocket, a reset here would be an unhandled error.
    const onError = () => socket.destroy();
    socket.on('error', onError);
    this.#letIn({ request, socket, head }).then(
      () => socket.off('error', onError),
      (cause: unknown) => this.#refuse(socket, toTonewireError(cause)),
    );
  };

  /** Closes every socket with this code; cuts off those that do not answer in time. */
  close(code: number): Promise<void> {
    return this.#handshakes.close(code);
  }

  async #letIn(knock: Knock): Promise<void> {
    const { request, socket, head } = knock;
    const route = this.#route(request);
    const { slots, rates } = this.#options;
    rates.knock(`address ${request.socket.remoteAddress}`);
    const slot = slots.take();
    socket.once('close', slot.release);
    const principal = await route.authorize(request);
    if (principal.subject !== undefined) rates.knock(`${principal.kind} ${principal.subject}`);
    // The drain may have begun meanwhile.
    if (this.#options.isDraining()) throw new TonewireError('TW_DRAINING');
    if ('handOver' in route) {
      route.handOver(knock, slot, principal);
      // From now on the other process knows when it closes.
      socket.off('close', slot.release);
      return;
    }
    this.#handshakes.complete(request, socket, head, (webSocket) =>
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

  #refuse(socket: Duplex, error: TonewireError): void {
    this.#options.metrics.refused(error.code);
    refuseUpgrade(socket, error);
  }
}
