import { errorFields, type Logger } from '../log/logger.ts';
import type { AnyEvent } from '../protocol/events.ts';
import type { AdapterCounters } from './adapter-counters.ts';

/** Says what became of one adapter's events, in its counters and in the log. */
export class LaneReport {
  readonly logger: Logger;
  readonly #adapter: string;
  readonly #counters: AdapterCounters;

  /** `logger` names the adapter already. */
  constructor(adapter: string, logger: Logger, counters: AdapterCounters) {
    this.#adapter = adapter;
    this.logger = logger;
    this.#counters = counters;
  }

  count(what: keyof AdapterCounters, by = 1): void {
    if (by > 0) this.#counters[what].inc({ adapter: this.#adapter }, by);
  }

  /** An event was given up on. */
  failed(cause: unknown, event: AnyEvent): void {
    this.count('failed');
    this.logger.warn('adapter could not deliver an event', {
      ...errorFields(cause),
      eventType: event.type,
      eventId: event.id,
    });
  }
}
