import type { IncomingMessage } from 'node:http';
import express, { type Request, type Response, type Router } from 'express';
import type { WebSocket } from 'ws';
import { type Feed, parseFeedFilter } from '../adapters/feed.ts';
import { TonewireError, toTonewireError } from '../protocol/errors.ts';
import { type Authenticator, requestUrl } from './auth.ts';
import type { ConnectionSlot, ConnectionSlots } from './connection-slots.ts';
import { responseSubscriber, socketSubscriber } from './feed-subscribers.ts';
import type { UpgradeRoute } from './upgrade.ts';

export const EVENTS_PATH = '/v1/events';

/** Proxies close what is silent for a minute; a subscriber that died is noticed as soon. */
const HEARTBEAT_MS = 15_000;

export interface FeedEndpointsOptions {
  readonly feed: Feed | undefined;
  readonly auth: Authenticator;
  readonly slots: ConnectionSlots;
  readonly isDraining: () => boolean;
}

/** The feed as a WebSocket. */
export function feedUpgrade({ feed, auth }: FeedEndpointsOptions): UpgradeRoute {
  return {
    authorize(request: IncomingMessage): void {
      requireFeed(feed);
      auth.require(request, 'events');
      parseFeedFilter(requestUrl(request).searchParams);
    },
    accept(socket: WebSocket, request: IncomingMessage, slot: ConnectionSlot): void {
      slot.authenticated();
      socket.on('error', () => socket.terminate());
      const subscriber = socketSubscriber(socket);
      try {
        const filter = parseFeedFilter(requestUrl(request).searchParams);
        socket.once('close', requireFeed(feed).subscribe(subscriber, filter));
        keepAlive(socket);
      } catch (cause) {
        subscriber.close(toTonewireError(cause));
      }
    },
  };
}

/** The feed as server-sent events. */
export function feedRouter(options: FeedEndpointsOptions): Router {
  const router = express.Router();
  router.get(EVENTS_PATH, (request, response) => streamEvents(options, request, response));
  return router;
}

function streamEvents(
  { feed, auth, slots, isDraining }: FeedEndpointsOptions,
  request: Request,
  response: Response,
): void {
  if (isDraining()) throw new TonewireError('TW_DRAINING');
  auth.require(request, 'events');
  const filter = parseFeedFilter(requestUrl(request).searchParams);
  const slot = slots.take();
  response.once('close', slot.release);
  slot.authenticated();
  const unsubscribe = requireFeed(feed).subscribe(responseSubscriber(response), filter);
  response.once('close', unsubscribe);
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  response.write(': listening\n\n');
  const heartbeat = setInterval(() => response.write(': alive\n\n'), HEARTBEAT_MS);
  response.once('close', () => clearInterval(heartbeat));
}

function keepAlive(socket: WebSocket): void {
  let alive = true;
  socket.on('pong', () => {
    alive = true;
  });
  const heartbeat = setInterval(() => {
    if (!alive) socket.terminate();
    alive = false;
    socket.ping();
  }, HEARTBEAT_MS);
  socket.once('close', () => clearInterval(heartbeat));
}

function requireFeed(feed: Feed | undefined): Feed {
  if (feed) return feed;
  throw new TonewireError('TW_NOT_CONFIGURED', 'The feed is off: adapters.feed.enabled is false.');
}
