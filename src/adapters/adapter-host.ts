import type { Logger } from '../log/logger.ts';
import type { Clock } from '../protocol/clock.ts';
import { TonewireError } from '../protocol/errors.ts';
import { type Adapter, DEFAULT_QUEUE } from './adapter.ts';
import type { AdapterCounters } from './adapter-counters.ts';
import { AdapterLane, type AdapterStatus } from './adapter-lane.ts';
import type { EventBus } from './event-bus.ts';
import { EventFilter } from './event-filter.ts';
import { LaneReport } from './lane-report.ts';
import { LiveQueue, REAL_TIMING, type RetryTiming } from './live-queue.ts';
import { DurableQueue } from './outbox/durable-queue.ts';
import type { Outbox } from './outbox/outbox.ts';

export interface AdapterHostOptions {
  readonly adapters: readonly Adapter[];
  readonly bus: EventBus;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly counters: AdapterCounters;
  /** How many running calls a filter remembers: limits.maxCalls. */
  readonly maxCalls: number;
  /** Where durable adapters keep their events; whoever hands it in closes it. */
  readonly outbox?: Outbox | undefined;
  /** Default: real pauses, random jitter. */
  readonly timing?: RetryTiming;
}

/** What an adapter wants, and where it waits for it. */
interface Branch {
  readonly filter: EventFilter;
  readonly lane: ReturnType<typeof createLane>;
}

/** Runs the adapters side by side on one bus; none of them can hold up or break another. */
export class AdapterHost {
  readonly #branches: readonly Branch[];
  readonly #bus: EventBus;
  #unsubscribe: () => void = () => undefined;

  /** Throws TW_CONFIG_INVALID when an adapter is durable and there is no outbox. */
  constructor(options: AdapterHostOptions) {
    this.#bus = options.bus;
    this.#branches = options.adapters.map((adapter) => ({
      filter: new EventFilter(adapter, options.maxCalls),
      lane: createLane(adapter, options),
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

  /** How each adapter is doing, in the order in which they were handed in. */
  get status(): AdapterStatus[] {
    return this.#branches.map(({ lane }) => lane.status);
  }
}

function createLane(adapter: Adapter, options: AdapterHostOptions) {
  const { clock, counters, outbox, timing = REAL_TIMING } = options;
  const { name, maxAttempts = 1 } = adapter;
  const report = new LaneReport(name, options.logger.child({ adapter: name }), counters);
  if (adapter.delivery !== 'durable') {
    const bounds = adapter.queue ?? DEFAULT_QUEUE;
    const queue = new LiveQueue({ bounds, maxAttempts, timing, report });
    return new AdapterLane(adapter, queue, report, clock);
  }
  if (!outbox) {
    throw new TonewireError('TW_CONFIG_INVALID', `${name} is durable, but there is no outbox.`);
  }
  const queue = new DurableQueue(name, outbox, report, timing.random);
  return new AdapterLane(adapter, queue, report, clock);
}
