import { eventJson } from '../protocol/event-json.ts';
import type { AnyEvent } from '../protocol/events.ts';

export interface EventOutletOptions {
  /** Sends a batch; resolves when the channel has taken it. */
  readonly send: (events: readonly string[]) => Promise<void>;
  /** Events that may wait while the channel is full. */
  readonly maxEvents: number;
  readonly onDropped: () => void;
}

/** A worker's events on their way to the primary: what one turn of the event loop makes goes together. */
export class EventOutlet {
  readonly #options: EventOutletOptions;
  #waiting: string[] = [];
  #sending: Promise<void> | undefined;

  constructor(options: EventOutletOptions) {
    this.#options = options;
  }

  /** Takes an event; when too many wait the oldest is dropped and counted. */
  publish(event: AnyEvent): void {
    if (this.#waiting.length >= this.#options.maxEvents) {
      this.#waiting.shift();
      this.#options.onDropped();
    }
    this.#waiting.push(eventJson(event));
    this.#sending ??= this.#send();
  }

  /** Resolves once everything so far is with the channel. */
  async flushed(): Promise<void> {
    await this.#sending;
  }

  async #send(): Promise<void> {
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      await this.#options.send(batch);
    }
    this.#sending = undefined;
  }
}
