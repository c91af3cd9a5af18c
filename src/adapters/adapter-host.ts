import type { Logger } from '../log/logger.ts';
import type { Clock } from '../protocol/clock.ts';
import type { Adapter } from './adapter.ts';
import type { AdapterCounters } from './adapter-counters.ts';
import { AdapterLane } from './adapter-lane.ts';
import type { EventBus } from './event-bus.ts';

export interface AdapterHostOptions {
  readonly adapters: readonly Adapter[];
  readonly bus: EventBus;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly counters: AdapterCounters;
}

/** Runs the adapters side by side on one bus; none of them can hold up or break another. */
export class AdapterHost {
  readonly #lanes: readonly AdapterLane[];
  readonly #bus: EventBus;
  #unsubscribe: () => void = () => undefined;

  constructor({ adapters, bus, logger, clock, counters }: AdapterHostOptions) {
    this.#bus = bus;
    this.#lanes = adapters.map((adapter) => new AdapterLane(adapter, logger, clock, counters));
  }

  /** Listens from now on. Does not wait for adapters to connect: their events queue meanwhile. */
  start(): void {
    this.#unsubscribe = this.#bus.subscribe((event) => {
      for (const lane of this.#lanes) lane.offer(event);
    });
    for (const lane of this.#lanes) lane.start();
  }

  /** Takes no more events and returns within about three times `drainTimeoutMs`, whatever adapters do. */
  async stop(drainTimeoutMs: number): Promise<void> {
    this.#unsubscribe();
    await Promise.all(this.#lanes.map((lane) => lane.stop(drainTimeoutMs)));
  }
}
