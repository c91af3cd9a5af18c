import { setImmediate } from 'node:timers/promises';
import { errorFields } from '../log/logger.ts';
import type { Clock } from '../protocol/clock.ts';
import type { AnyEvent } from '../protocol/events.ts';
import { type Adapter, DEFAULT_QUEUE } from './adapter.ts';
import { DeliveryError } from './delivery-error.ts';
import type { LaneQueue, Waiting } from './lane-queue.ts';
import type { LaneReport } from './lane-report.ts';
import { within } from './within.ts';

type LaneState = 'starting' | 'open' | 'draining' | 'off';

/** What an operator wants to know of one adapter. */
export interface AdapterStatus extends Waiting {
  readonly name: string;
  readonly delivery: 'live' | 'durable';
  readonly state: LaneState;
}

/** One adapter with its own queue and its own failures. */
export class AdapterLane<T> {
  readonly #adapter: Adapter;
  readonly #queue: LaneQueue<T>;
  readonly #maxInFlight: number;
  readonly #report: LaneReport;
  readonly #clock: Clock;
  readonly #abort = new AbortController();
  #state: LaneState = 'starting';
  #started: Promise<void> = Promise.resolve();
  /** Workers that run, and those of them that have not taken their first event yet. */
  #workers = 0;
  #fresh = 0;
  #whenIdle: (() => void)[] = [];

  constructor(adapter: Adapter, queue: LaneQueue<T>, report: LaneReport, clock: Clock) {
    this.#adapter = adapter;
    this.#queue = queue;
    this.#maxInFlight = (adapter.queue ?? DEFAULT_QUEUE).maxInFlight;
    this.#report = report;
    this.#clock = clock;
  }

  start(): void {
    this.#queue.open(() => this.#pump());
    this.#started = this.#startAdapter();
  }

  async #startAdapter(): Promise<void> {
    try {
      await this.#adapter.start?.({
        logger: this.#report.logger,
        clock: this.#clock,
        disable: (reason) => this.#disable(reason),
      });
    } catch (cause) {
      this.#report.count('failed');
      this.#report.logger.error('adapter did not start and stays off', errorFields(cause));
      this.#turnOff();
      return;
    }
    if (this.#state === 'starting') this.#state = 'open';
    this.#pump();
  }

  /** Takes an event without waiting. */
  offer(event: AnyEvent): void {
    if (this.#adapter.event && this.#state !== 'draining') this.#queue.offer(event);
  }

  /** Delivers what waits for at most `drainTimeoutMs`, then gives up on the rest and stops. */
  async stop(drainTimeoutMs: number): Promise<void> {
    await within(drainTimeoutMs, this.#started);
    this.#queue.settle();
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
      this.#report.logger.warn('adapter did not stop cleanly', errorFields(cause));
    }
  }

  get status(): AdapterStatus {
    const { name, delivery = 'live' } = this.#adapter;
    return { name, delivery, state: this.#state, ...this.#queue.waiting };
  }

  #disable(reason: string): void {
    if (this.#state === 'off') return;
    this.#report.logger.warn('adapter is switched off', { reason });
    this.#turnOff();
  }

  #turnOff(): void {
    this.#state = 'off';
    this.#queue.close();
    this.#settle();
  }

  #pump(): void {
    if (this.#state === 'starting' || this.#state === 'off') return;
    while (this.#workers < this.#maxInFlight && this.#fresh < this.#queue.ready) {
      this.#workers += 1;
      this.#fresh += 1;
      void this.#work();
    }
  }

  async #work(): Promise<void> {
    // Not within publish: whoever publishes, usually an analysis step, goes on first.
    await setImmediate();
    this.#fresh -= 1;
    for (let taken = this.#take(); taken !== undefined; taken = this.#take()) {
      await this.#queue.deliver(taken, (event) => this.#attempt(event), this.#abort.signal);
    }
    this.#workers -= 1;
    this.#settle();
  }

  #take(): T | undefined {
    return this.#state === 'off' ? undefined : this.#queue.take();
  }

  async #attempt(event: AnyEvent): Promise<void> {
    try {
      await this.#adapter.event?.(event, this.#abort.signal);
    } catch (cause) {
      if (cause instanceof DeliveryError && cause.prospect === 'gone') this.#disable(cause.message);
      throw cause;
    }
  }

  #idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenIdle.push(resolve);
      this.#settle();
    });
  }

  #settle(): void {
    if (this.#state !== 'off' && (this.#workers > 0 || this.#queue.ready > 0)) return;
    const waiting = this.#whenIdle;
    this.#whenIdle = [];
    for (const resolve of waiting) resolve();
  }
}
