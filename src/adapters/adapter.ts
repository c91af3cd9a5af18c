import type { Logger } from '../log/logger.ts';
import type { Clock } from '../protocol/clock.ts';
import type { AnyEvent, EventType } from '../protocol/events.ts';
import type { EventFilterOptions } from './event-filter.ts';

/**
 * How to write an adapter: return an object with a `name` and the hooks you need.
 *
 * ```ts
 * export function createBellAdapter(bell: Bell): Adapter {
 *   return {
 *     name: 'bell',
 *     events: ['alert.raised'],
 *     queue: { maxEvents: 10, maxInFlight: 1 },
 *     event: (_event, signal) => bell.ring({ signal }),
 *   };
 * }
 * ```
 *
 * The host (adapter-host.ts) does the rest: each adapter has its own queue, so a slow one delays
 * nobody; what a hook throws is counted and logged, and the next event comes all the same.
 * Then list it in create-adapters.ts, give it options in config/schema-adapters.ts, and run the
 * contract suite of test/contract/adapter-contract.ts on it.
 */
export interface Adapter {
  /** Unique; shown in logs and metrics. */
  readonly name: string;
  /** The event types it can do anything with. Default: all. */
  readonly events?: readonly EventType[];
  /** What its configuration lets through of those, before they queue. Default: everything. */
  readonly filter?: EventFilterOptions;
  /** Default: DEFAULT_QUEUE. */
  readonly queue?: QueueBounds;
  /**
   * `live`: events wait in memory, the oldest goes when there is no room. `durable`: they wait in
   * the outbox until delivered, in order within a call, at least once. Default: live.
   */
  readonly delivery?: Delivery;
  /** How often a live event is tried at most; a durable one is tried through the whole schedule. Default: 1. */
  readonly maxAttempts?: number;
  /** Called once, before any event; events wait meanwhile. If it fails the adapter stays off. */
  start?(context: AdapterContext): void | Promise<void>;
  /**
   * Tries once to deliver an event; done when the promise settles. The host tries again, as
   * retry-schedule.ts says: throw a DeliveryError where you know that it would be in vain, or when.
   * Give up as soon as `signal` fires: the process is leaving. The same event may come twice, with
   * the same id. Never change it, others get it too.
   */
  event?(event: AnyEvent, signal: AbortSignal): void | Promise<void>;
  /** Called once, after the last event; lets go of everything that was opened. */
  stop?(): void | Promise<void>;
}

/** What an adapter promises for its events. */
export type Delivery = 'live' | 'durable';

/** What may wait for a live adapter. When it is full the oldest event is dropped and counted. */
export interface QueueBounds {
  /** Events that wait, in number. */
  readonly maxEvents: number;
  /** Events handed over and not yet settled, for any adapter. With 1 they are delivered strictly in order. */
  readonly maxInFlight: number;
}

export const DEFAULT_QUEUE: QueueBounds = { maxEvents: 1000, maxInFlight: 1 };

/** What the host lends an adapter. */
export interface AdapterContext {
  /** Already names the adapter. Log codes and counts, never what an event holds. */
  readonly logger: Logger;
  readonly clock: Clock;
  /** Switches this adapter off for good, for instance when its target says it is gone. */
  disable(reason: string): void;
}
