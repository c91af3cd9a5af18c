import type { BotContext } from '../../protocol/bot-context.ts';
import type { AnyEvent, EventData } from '../../protocol/events.ts';
import type { EventBus } from '../event-bus.ts';
import { type ContextConfig, LegContext } from './leg-context.ts';

/** What a call goes by: enough to find the conversation of a bot that it belongs to. */
export interface CallName {
  readonly callId: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A call that is going on, as bots see it. */
export interface CallContext extends CallName {
  /** Absent until an expression was heard. */
  readonly context: BotContext | undefined;
}

/** Counts calls that were given up because too many are going on; prom-client's `Counter` is one. */
export interface EvictionCounter {
  inc(): void;
}

interface Entry {
  readonly metadata: EventData<'call.started'>['metadata'];
  readonly leg: LegContext;
}

/**
 * Sums up every call for bots: publishes `context.changed` when there is something to tell, and
 * answers at any time what it is now. A call is forgotten when it ends.
 */
export class Contexts {
  readonly #config: ContextConfig;
  readonly #maxCalls: number;
  readonly #evicted: EvictionCounter;
  readonly #calls = new Map<string, Entry>();

  /** `maxCalls`: beyond it the oldest call is forgotten and counted. */
  constructor(config: ContextConfig, maxCalls: number, evicted: EvictionCounter) {
    this.#config = config;
    this.#maxCalls = maxCalls;
    this.#evicted = evicted;
  }

  get size(): number {
    return this.#calls.size;
  }

  /** Follows the events of `bus` and adds its own; the function that comes back ends it. */
  follow(bus: EventBus): () => void {
    return bus.subscribe((event) => {
      const changed = this.take(event);
      if (changed) bus.publish(changed);
    });
  }

  /** Takes one event; returns the one that follows from it, if any. */
  take(event: AnyEvent): AnyEvent | undefined {
    switch (event.type) {
      case 'call.started':
        this.#start(event.data);
        return undefined;
      case 'emotion.updated':
        return this.#update(event);
      case 'call.ended':
        this.#calls.delete(event.data.callId);
        return undefined;
      default:
        return undefined;
    }
  }

  /** A call that is going on; undefined when there is none of that id. */
  get(callId: string): CallContext | undefined {
    const entry = this.#calls.get(callId);
    return entry && { callId, metadata: entry.metadata, context: entry.leg.context };
  }

  /** The newest call that is going on and that `matches`. */
  find(matches: (call: CallName) => boolean): CallContext | undefined {
    let found: string | undefined;
    for (const [callId, { metadata }] of this.#calls) {
      if (matches({ callId, metadata })) found = callId;
    }
    return found === undefined ? undefined : this.get(found);
  }

  #start({ callId, metadata }: EventData<'call.started'>): void {
    this.#calls.delete(callId);
    if (this.#calls.size >= this.#maxCalls) this.#evictOldest();
    this.#calls.set(callId, { metadata, leg: new LegContext(this.#config) });
  }

  #evictOldest(): void {
    for (const callId of this.#calls.keys()) {
      this.#calls.delete(callId);
      this.#evicted.inc();
      return;
    }
  }

  #update(event: Extract<AnyEvent, { type: 'emotion.updated' }>): AnyEvent | undefined {
    const { callId, leg, span } = event.data;
    const entry = this.#calls.get(callId);
    if (!entry || leg !== this.#config.leg) return undefined;
    const context = entry.leg.read(event.data);
    if (!context) return undefined;
    const { metadata } = entry;
    return {
      ...event,
      // Made from the update's id: whoever computes it again calls it the same.
      id: `${event.id}-context`,
      type: 'context.changed',
      data: { callId, leg, atMs: span.endMs, context, metadata },
    };
  }
}
