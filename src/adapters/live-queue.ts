import { setTimeout as sleep } from 'node:timers/promises';
import type { AnyEvent } from '../protocol/events.ts';
import type { QueueBounds } from './adapter.ts';
import { DeliveryError } from './delivery-error.ts';
import type { Attempt, LaneQueue, Waiting } from './lane-queue.ts';
import type { LaneReport } from './lane-report.ts';
import { pauseMs } from './retry-schedule.ts';

/** Waits `delayMs`, or rejects as soon as `signal` fires. */
export type Wait = (delayMs: number, signal: AbortSignal) => Promise<unknown>;

/** What a test replaces. */
export interface RetryTiming {
  readonly wait: Wait;
  /** 0 to 1, for the jitter. */
  random(): number;
}

export const REAL_TIMING: RetryTiming = {
  wait: (delayMs, signal) => sleep(delayMs, undefined, { signal, ref: false }),
  random: Math.random,
};

export interface LiveQueueOptions {
  readonly bounds: QueueBounds;
  readonly maxAttempts: number;
  readonly timing: RetryTiming;
  readonly report: LaneReport;
}

/** Keeps events in memory. When it is full the oldest goes, because a newer reading is worth more. */
export class LiveQueue implements LaneQueue<AnyEvent> {
  readonly #options: LiveQueueOptions;
  readonly #events: AnyEvent[] = [];
  #onReady: () => void = () => undefined;
  #closed = false;

  constructor(options: LiveQueueOptions) {
    this.#options = options;
  }

  open(onReady: () => void): void {
    this.#onReady = onReady;
  }

  offer(event: AnyEvent): void {
    const { bounds, report } = this.#options;
    if (this.#closed) {
      report.count('dropped');
      return;
    }
    if (this.#events.length >= bounds.maxEvents) {
      this.#events.shift();
      report.count('dropped');
    }
    this.#events.push(event);
    this.#onReady();
  }

  get ready(): number {
    return this.#events.length;
  }

  take(): AnyEvent | undefined {
    return this.#events.shift();
  }

  /** Waits for another attempt here, because there is nowhere else: its place in flight stays taken. */
  async deliver(event: AnyEvent, attempt: Attempt, signal: AbortSignal): Promise<void> {
    const { report } = this.#options;
    try {
      await this.#try(event, attempt, signal);
      report.count('delivered');
    } catch (cause) {
      report.failed(cause, event);
    }
  }

  async #try(event: AnyEvent, attempt: Attempt, signal: AbortSignal): Promise<void> {
    const { maxAttempts, timing, report } = this.#options;
    for (let attempts = 1; ; attempts += 1) {
      try {
        return await attempt(event);
      } catch (cause) {
        const delayMs = pauseMs(cause, attempts, maxAttempts, timing.random());
        if (delayMs === undefined || signal.aborted) throw cause;
        report.count('retried');
        await timing.wait(delayMs, signal).catch(() => {
          throw new DeliveryError('The delivery was cut short by the shutdown.', { cause });
        });
      }
    }
  }

  settle(): void {}

  close(): void {
    this.#closed = true;
    this.#options.report.count('dropped', this.#events.length);
    this.#events.length = 0;
  }

  get waiting(): Waiting {
    const [oldest] = this.#events;
    return {
      events: this.#events.length,
      bytes: 0,
      sinceMs: oldest && Date.parse(oldest.time),
      deadLetters: 0,
      circuitOpen: false,
    };
  }
}
