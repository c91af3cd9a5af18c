import { setImmediate } from 'node:timers/promises';
import { errorFields, type Logger } from '../log/logger.ts';
import type { Clock } from '../protocol/clock.ts';
import type { AnyEvent } from '../protocol/events.ts';
import { type Adapter, DEFAULT_QUEUE, type QueueBounds } from './adapter.ts';
import type { AdapterCounters } from './adapter-counters.ts';
import { within } from './within.ts';

type LaneState = 'starting' | 'open' | 'draining' | 'off';

/** One adapter with its own queue and its own failures. */
export class AdapterLane {
  readonly #adapter: Adapter;
  readonly #bounds: QueueBounds;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #counters: AdapterCounters;
  readonly #abort = new AbortController();
  readonly #queue: AnyEvent[] = [];
  #state: LaneState = 'starting';
  #started: Promise<void> = Promise.resolve();
  /** Workers that run, and those of them that have not taken their first event yet. */
  #workers = 0;
  #fresh = 0;
  #whenIdle: (() => void)[] = [];

  constructor(adapter: Adapter, logger: Logger, clock: Clock, counters: AdapterCounters) {
    this.#adapter = adapter;
    this.#bounds = adapter.queue ?? DEFAULT_QUEUE;
    this.#logger = logger.child({ adapter: adapter.name });
    this.#clock = clock;
    this.#counters = counters;
  }

  start(): void {
    this.#started = this.#startAdapter();
  }

  async #startAdapter(): Promise<void> {
    try {
      await this.#adapter.start?.({
        logger: this.#logger,
        clock: this.#clock,
        disable: (reason) => this.#disable(reason),
      });
    } catch (cause) {
      this.#count('failed');
      this.#logger.error('adapter did not start and stays off', errorFields(cause));
      this.#turnOff();
      return;
    }
    if (this.#state === 'starting') this.#state = 'open';
    this.#pump();
  }

  /** Takes an event without waiting. When the queue is full its oldest event goes. */
  offer(event: AnyEvent): void {
    if (!this.#adapter.event || this.#state === 'draining') return;
    if (this.#state === 'off') {
      this.#count('dropped');
      return;
    }
    if (this.#queue.length >= this.#bounds.maxEvents) {
      this.#queue.shift();
      this.#count('dropped');
    }
    this.#queue.push(event);
    this.#pump();
  }

  /** Delivers what waits for at most `drainTimeoutMs`, then gives up on the rest and stops. */
  async stop(drainTimeoutMs: number): Promise<void> {
    await within(drainTimeoutMs, this.#started);
    if (this.#state === 'open') {
      this.#state = 'draining';
      this.#pump();
      await within(drainTimeoutMs, this.#idle());
    }
    this.#turnOff();
    this.#abort.abort();
    try {
      await within(drainTimeoutMs, Promise.resolve(this.#adapter.stop?.()));
    } catch (cause) {
      this.#logger.warn('adapter did not stop cleanly', errorFields(cause));
    }
  }

  #disable(reason: string): void {
    if (this.#state === 'off') return;
    this.#logger.warn('adapter is switched off', { reason });
    this.#turnOff();
  }

  #turnOff(): void {
    this.#state = 'off';
    this.#count('dropped', this.#queue.length);
    this.#queue.length = 0;
    this.#settle();
  }

  #pump(): void {
    if (this.#state === 'starting' || this.#state === 'off') return;
    while (this.#workers < this.#bounds.maxInFlight && this.#fresh < this.#queue.length) {
      this.#workers += 1;
      this.#fresh += 1;
      void this.#work();
    }
  }

  async #work(): Promise<void> {
    // Not within publish: whoever publishes, usually an analysis step, goes on first.
    await setImmediate();
    this.#fresh -= 1;
    for (let event = this.#queue.shift(); event; event = this.#queue.shift()) {
      await this.#deliver(event);
    }
    this.#workers -= 1;
    this.#settle();
  }

  async #deliver(event: AnyEvent): Promise<void> {
    try {
      await this.#adapter.event?.(event, this.#abort.signal);
      this.#count('delivered');
    } catch (cause) {
      this.#count('failed');
      this.#logger.warn('adapter could not deliver an event', {
        ...errorFields(cause),
        eventType: event.type,
        eventId: event.id,
      });
    }
  }

  #count(what: keyof AdapterCounters, by = 1): void {
    if (by > 0) this.#counters[what].inc({ adapter: this.#adapter.name }, by);
  }

  #idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenIdle.push(resolve);
      this.#settle();
    });
  }

  #settle(): void {
    if (this.#state !== 'off' && (this.#workers > 0 || this.#queue.length > 0)) return;
    const waiting = this.#whenIdle;
    this.#whenIdle = [];
    for (const resolve of waiting) resolve();
  }
}
