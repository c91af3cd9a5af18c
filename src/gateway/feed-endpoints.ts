import type { IncomingMessage } from 'node:http';
import express, { type Request, type Response, type Router } from 'express';
import type { WebSocket } from 'ws';
import { type Feed, parseFeedFilter } from '../adapters/feed.ts';
import { TonewireError, toTonewireError } from '../protocol/errors.ts';
import type { Authenticator, Principal } from './auth.ts';
import type { ConnectionSlot, ConnectionSlots } from './connection-slots.ts';
import { responseSubscriber, socketSubscriber } from './feed-subscribers.ts';
import { keepAlive } from './keep-alive.ts';
import { requestUrl } from './request-url.ts';
import type { UpgradeRoute } from './upgrade.ts';

export const EVENTS_PATH = '/v1/events';

export interface FeedTiming {
  /** Between two signs of life; proxies close what is silent for a minute. */
  readonly heartbeatMs: number;
  /** A stream of server-sent events that has ended and is not read to its end is cut off after this. */
  readonly closeTimeoutMs: number;
}

const DEFAULT_TIMING: FeedTiming = { heartbeatMs: 15_000, closeTimeoutMs: 5000 };

const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
};

export interface FeedEndpointsOptions {
  readonly feed: Feed | undefined;
  readonly auth: Authenticator;
  readonly slots: ConnectionSlots;
  readonly isDraining: () => boolean;
  readonly timing: FeedTiming | undefined;
}

/** The feed as a WebSocket. */
export function feedUpgrade({ feed, auth, timing }: FeedEndpointsOptions): UpgradeRoute {
  return {
    async authorize(request: IncomingMessage): Promise<Principal> {
      requireFeed(feed);
      const principal = await auth.admit(request, 'events');
      parseFeedFilter(requestUrl(request).searchParams);
      return principal;
    },
    accept(socket: WebSocket, request: IncomingMessage, slot: ConnectionSlot): void {
      slot.authenticated();
      socket.on('error', () => socket.terminate());
      const subscriber = socketSubscriber(socket, request.socket);
      try {
        const filter = parseFeedFilter(requestUrl(request).searchParams);
        socket.once('close', requireFeed(feed).subscribe(subscriber, filter));
        keepAlive(socket, (timing ?? DEFAULT_TIMING).heartbeatMs);
      } catch (cause) {
        subscriber.close(toTonewireError(cause));
      }
    },
  };
}

/** The feed as server-sent events. */
export function feedRouter(options: FeedEndpointsOptions): Router {
  const router = express.Router();
  // Express would answer it by GET's route, and open a stream that may carry nothing.
  router.head(EVENTS_PATH, async (request, response) => {
    await options.auth.admit(request, 'events');
    requireFeed(options.feed);
    response.writeHead(200, STREAM_HEADERS).end();
  });
  router.get(EVENTS_PATH, (request, response) => streamEvents(options, request, response));
  return router;
}

async function streamEvents(
  { feed, auth, slots, isDraining, timing = DEFAULT_TIMING }: FeedEndpointsOptions,
  request: Request,
  response: Response,
): Promise<void> {
  await auth.admit(request, 'events');
  if (isDraining()) throw new TonewireError('TW_DRAINING');
  const filter = parseFeedFilter(requestUrl(request).searchParams);
  const slot = slots.take();
  response.once('close', slot.release);
  slot.authenticated();
  // A write may fail after the subscriber has gone; unheard, that would end the process.
  response.on('error', () => response.destroy());
  const subscriber = responseSubscriber(response, timing.closeTimeoutMs);
  response.once('close', requireFeed(feed).subscribe(subscriber, filter));
  response.writeHead(200, STREAM_HEADERS);
  response.write(': listening\n\n');
  const heartbeat = setInterval(() => {
    // Nothing may follow the end, and what is not read needs no sign of life on top.
    if (!response.writableEnded && !response.writableNeedDrain) response.write(': alive\n\n');
  }, timing.heartbeatMs);
  response.once('close', () => clearInterval(heartbeat));
}

function requireFeed(feed: Feed | undefined): Feed {
  if (feed) return feed;
  throw new TonewireError('TW_NOT_CONFIGURED', 'The feed is off: adapters.feed.enabled is false.');
}
