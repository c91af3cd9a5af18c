import type { Logger } from '../log/logger.ts';
import type { Clock } from '../protocol/clock.ts';
import type { Adapter } from './adapter.ts';
import type { AdapterCounters } from './adapter-counters.ts';
import { AdapterLane } from './adapter-lane.ts';
import type { EventBus } from './event-bus.ts';
import { EventFilter } from './event-filter.ts';

export interface AdapterHostOptions {
  readonly adapters: readonly Adapter[];
  readonly bus: EventBus;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly counters: AdapterCounters;
  /** How many running calls a filter remembers: limits.maxCalls. */
  readonly maxCalls: number;
}

/** What an adapter wants, and where it waits for it. */
interface Branch {
  readonly filter: EventFilter;
  readonly lane: AdapterLane;
}

/** Runs the adapters side by side on one bus; none of them can hold up or break another. */
export class AdapterHost {
  readonly #branches: readonly Branch[];
  readonly #bus: EventBus;
  #unsubscribe: () => void = () => undefined;

  constructor({ adapters, bus, logger, clock, counters, maxCalls }: AdapterHostOptions) {
    this.#bus = bus;
    this.#branches = adapters.map((adapter) => ({
      filter: new EventFilter(adapter, maxCalls),
      lane: new AdapterLane(adapter, logger, clock, counters),
    }));
  }

  /** Listens from now on. Does not wait for adapters to connect: their events queue meanwhile. */
  start(): void {
    this.#unsubscribe = this.#bus.subscribe((event) => {
      for (const { filter, lane } of this.#branches) if (filter.passes(event)) lane.offer(event);
    });
    for (const { lane } of this.#branches) lane.start();
  }

  /** Takes no more events and returns within about three times `drainTimeoutMs`, whatever adapters do. */
  async stop(drainTimeoutMs: number): Promise<void> {
    this.#unsubscribe();
    await Promise.all(this.#branches.map(({ lane }) => lane.stop(drainTimeoutMs)));
  }
}
