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
  /** Called once, before any event; events wait meanwhile. If it fails the adapter stays off. */
  start?(context: AdapterContext): void | Promise<void>;
  /**
   * Delivers one event; done when the promise settles. Do your own retries in here, and give up
   * as soon as `signal` fires: the process is leaving. Never change the event, others get it too.
   */
  event?(event: AnyEvent, signal: AbortSignal): void | Promise<void>;
  /** Called once, after the last event; lets go of everything that was opened. */
  stop?(): void | Promise<void>;
}

/** What may wait for an adapter. When it is full the oldest event is dropped and counted. */
export interface QueueBounds {
  /** Events that wait, in number. */
  readonly maxEvents: number;
  /** Events handed over and not yet settled. With 1 they are delivered strictly in order. */
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
