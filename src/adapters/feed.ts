import { TonewireError } from '../protocol/errors.ts';
import { eventJson } from '../protocol/event-json.ts';
import { type AnyEvent, EVENT_TYPES, type EventType } from '../protocol/events.ts';
import { LEGS, type Leg } from '../protocol/labels.ts';
import type { Adapter } from './adapter.ts';
import { within } from './within.ts';

/** One event, ready to send; serialised once for all subscribers. */
export interface FeedMessage {
  readonly id: string;
  readonly type: EventType;
  /** The whole CloudEvent. */
  readonly json: string;
}

/** Whoever listens: a WebSocket, a server-sent event stream, a test. */
export interface FeedSubscriber {
  /** Resolves when the message was taken and the next may come; rejects when it is gone. */
  send(message: FeedMessage): Promise<void>;
  /** The feed is done with this subscriber; `error` says why. No `send` follows. */
  close(error: TonewireError): void;
}

/** What a subscriber wants; what is absent is not filtered. */
export interface FeedFilter {
  readonly callId?: string;
  /** Events of the whole call, which have no leg, come all the same. */
  readonly leg?: Leg;
  readonly types?: readonly EventType[];
}

export interface FeedOptions {
  /** Messages that may wait for one subscriber before it is cut off. */
  readonly maxQueuedEvents: number;
  readonly maxSubscribers: number;
  /** On stop, how long subscribers may take for what they have not read yet. Default: 1000. */
  readonly flushTimeoutMs?: number;
}

/** A step answers many legs at once, so a burst must fit; the fan-out itself never waits. */
const FEED_QUEUE = { maxEvents: 10_000, maxInFlight: 1 };

/** Nobody who reads at all needs longer for the last few events. */
const FLUSH_TIMEOUT_MS = 1000;

interface Subscription {
  readonly subscriber: FeedSubscriber;
  readonly filter: FeedFilter;
  readonly queue: FeedMessage[];
  /** Settles when the queue has been sent; absent while there is nothing to send. */
  sending: Promise<void> | undefined;
}

/** The live feed: everything from now on, nothing from before, to any number of subscribers. */
export class Feed implements Adapter {
  readonly name = 'feed';
  readonly queue = FEED_QUEUE;
  readonly #options: FeedOptions;
  readonly #subscriptions = new Set<Subscription>();
  #stopped = false;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  get subscriberCount(): number {
    return this.#subscriptions.size;
  }

  /**
   * Sends matching events from now on; the function that comes back ends it and may be called
   * twice. Throws TW_TOO_MANY_CONNECTIONS or TW_DRAINING.
   */
  subscribe(subscriber: FeedSubscriber, filter: FeedFilter = {}): () => void {
    if (this.#stopped) throw new TonewireError('TW_DRAINING');
    if (this.#subscriptions.size >= this.#options.maxSubscribers) {
      throw new TonewireError(
        'TW_TOO_MANY_CONNECTIONS',
        'The feed is at limits.maxEventSubscribers.',
      );
    }
    const subscription: Subscription = { subscriber, filter, queue: [], sending: undefined };
    this.#subscriptions.add(subscription);
    return () => void this.#subscriptions.delete(subscription);
  }

  event(event: AnyEvent): void {
    let message: FeedMessage | undefined;
    for (const subscription of this.#subscriptions) {
      if (!matches(event, subscription.filter)) continue;
      message ??= { id: event.id, type: event.type, json: eventJson(event) };
      this.#offer(subscription, message);
    }
  }

  /** Lets subscribers read what was sent, such as the last call.ended, then closes them. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const sending = [...this.#subscriptions].map((subscription) => subscription.sending);
    await within(this.#options.flushTimeoutMs ?? FLUSH_TIMEOUT_MS, Promise.all(sending));
    for (const subscription of this.#subscriptions) this.#cut(subscription, 'TW_DRAINING');
  }

  #offer(subscription: Subscription, message: FeedMessage): void {
    if (subscription.queue.length >= this.#options.maxQueuedEvents) {
      this.#cut(subscription, 'TW_SLOW_CONSUMER');
      return;
    }
    subscription.queue.push(message);
    subscription.sending ??= this.#send(subscription);
  }

  async #send(subscription: Subscription): Promise<void> {
    try {
      while (this.#subscriptions.has(subscription)) {
        const message = subscription.queue.shift();
        if (!message) break;
        await subscription.subscriber.send(message);
      }
    } catch {
      // It is gone, and its socket has said so to the gateway already.
      this.#subscriptions.delete(subscription);
    }
    subscription.sending = undefined;
  }

  #cut(subscription: Subscription, code: 'TW_SLOW_CONSUMER' | 'TW_DRAINING'): void {
    this.#subscriptions.delete(subscription);
    subscription.queue.length = 0;
    try {
      subscription.subscriber.close(new TonewireError(code));
    } catch {
      // A subscriber that cannot even be closed is let go of; the others are served.
    }
  }
}

function matches({ type, data }: AnyEvent, { callId, leg, types }: FeedFilter): boolean {
  if (callId !== undefined && data.callId !== callId) return false;
  if (types && !types.includes(type)) return false;
  return leg === undefined || !('leg' in data) || data.leg === leg;
}

/** Reads `?callId=…&leg=customer&types=alert.raised,call.ended`. Throws TW_BAD_REQUEST. */
export function parseFeedFilter(query: URLSearchParams): FeedFilter {
  const callId = query.get('callId');
  const leg = query.get('leg');
  const types = query.get('types');
  return {
    ...(callId !== null && { callId }),
    ...(leg !== null && { leg: oneOf('leg', leg, LEGS) }),
    ...(types !== null && {
      types: types.split(',').map((type) => oneOf('types', type.trim(), EVENT_TYPES)),
    }),
  };
}

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found) return found;
  throw new TonewireError('TW_BAD_REQUEST', `${name} takes ${allowed.join(', ')}.`);
}
