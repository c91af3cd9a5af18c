import type { IncomingMessage } from 'node:http';
import type { RawData, WebSocket } from 'ws';
import type { Authenticator } from '../gateway/auth.ts';
import type { ConnectionSlot } from '../gateway/connection-slots.ts';
import { keepAlive } from '../gateway/keep-alive.ts';
import { RateLimit } from '../gateway/rate-limit.ts';
import type { UpgradeRoute } from '../gateway/upgrade.ts';
import type { Clock } from '../protocol/clock.ts';
import { CLOSE_CODES } from '../protocol/close-codes.ts';
import { type DeskWatch, DeskWatchSchema } from '../protocol/desk-feed.ts';
import { TonewireError, toTonewireError } from '../protocol/errors.ts';
import { checkOf } from '../protocol/validate.ts';
import type { DeskFeed, DeskSubscriber, DeskSubscription } from './desk-feed.ts';

/** Proxies close what is silent for a minute. */
const HEARTBEAT_MS = 15_000;

/** A page says which call it watches when somebody opens one: nobody does so faster. */
const MAX_MESSAGES_PER_SECOND = 5;

const parseWatch = checkOf<DeskWatch>(DeskWatchSchema);

export interface DeskSocketOptions {
  readonly feed: DeskFeed;
  readonly auth: Authenticator;
  readonly clock: Clock;
  readonly heartbeatMs?: number | undefined;
}

/** The feed of the desk as a WebSocket. */
export function deskUpgrade({ feed, auth, clock, heartbeatMs }: DeskSocketOptions): UpgradeRoute {
  return {
    authorize: (request: IncomingMessage) => auth.admit(request, 'events'),
    accept(socket: WebSocket, _request: IncomingMessage, slot: ConnectionSlot): void {
      slot.authenticated();
      socket.on('error', () => socket.terminate());
      const subscriber = subscriberOn(socket);
      try {
        const subscription = feed.subscribe(subscriber);
        socket.once('close', () => subscription.end());
        listen(socket, subscription, new RateLimit(MAX_MESSAGES_PER_SECOND, clock));
        keepAlive(socket, heartbeatMs ?? HEARTBEAT_MS);
      } catch (cause) {
        subscriber.close(toTonewireError(cause));
      }
    },
  };
}

function subscriberOn(socket: WebSocket): DeskSubscriber {
  return {
    get queuedBytes() {
      return socket.bufferedAmount;
    },
    send: (json) => socket.send(json),
    close({ code, message, row }: TonewireError): void {
      const leaving = code === 'TW_DRAINING';
      if (!leaving) socket.send(JSON.stringify({ type: 'error', code, message }));
      socket.close(leaving ? CLOSE_CODES.goingAway : row.closeCode, code);
    },
  };
}

function listen(socket: WebSocket, subscription: DeskSubscription, rate: RateLimit): void {
  socket.on('message', (data, isBinary) => {
    try {
      if (!rate.spend()) throw new TonewireError('TW_RATE_LIMITED');
      subscription.watch(parseWatch(jsonOf(data, isBinary)).callId);
    } catch (cause) {
      subscription.end();
      subscriberOn(socket).close(toTonewireError(cause));
      socket.removeAllListeners('message');
    }
  });
}

function jsonOf(data: RawData, isBinary: boolean): unknown {
  try {
    if (!isBinary) return JSON.parse(String(data));
  } catch {
    // The parser's own message quotes the text.
  }
  throw new TonewireError('TW_BAD_JSON');
}
