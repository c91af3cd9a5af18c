import type { AnyEvent } from '../../protocol/events.ts';
import { parseServerMessage } from '../../protocol/validate.ts';
import { authorization } from './app-caller.ts';
import { openSocket } from './open-socket.ts';

export interface EventFeedOptions {
  /** The gateway's address, such as `ws://127.0.0.1:8460/`. */
  readonly url: string;
  readonly apiKey?: string | undefined;
  /** Only this call's events. Default: every call's. */
  readonly callId?: string;
  readonly onEvent: (event: AnyEvent) => void;
}

/** A subscription to `/v1/events`. */
export interface EventFeed {
  /** Rejects when the server ends the feed; resolves when `close` did. */
  readonly closed: Promise<void>;
  close(): void;
}

/** Subscribes; every event from the moment it resolves reaches `onEvent`. */
export async function subscribeToEvents(options: EventFeedOptions): Promise<EventFeed> {
  const url = new URL('/v1/events', options.url);
  if (options.callId !== undefined) url.searchParams.set('callId', options.callId);
  const socket = await openSocket({
    url: url.href,
    headers: authorization(options.apiKey),
    onText: (text) => {
      const message = parseServerMessage(text);
      if ('specversion' in message) options.onEvent(message);
    },
  });
  return { closed: socket.closed, close: () => socket.close() };
}
