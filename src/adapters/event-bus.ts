import { errorFields, type Logger } from '../log/logger.ts';
import type { AnyEvent } from '../protocol/events.ts';

export type EventListener = (event: AnyEvent) => void;

/** Hands each event to every listener, at once and in the order they subscribed. */
export class EventBus {
  readonly #logger: Logger;
  /** What listeners published while an event was being handed out; absent while none is. */
  #following: AnyEvent[] | undefined;
  #listeners: readonly EventListener[] = [];

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /**
   * Returns when every listener has seen the event; a listener that throws harms nobody else. What
   * a listener publishes comes after the event that made it, for everybody.
   */
  publish(event: AnyEvent): void {
    if (this.#following) {
      this.#following.push(event);
      return;
    }
    this.#following = [event];
    try {
      for (const next of this.#following) this.#handOut(next);
    } finally {
      this.#following = undefined;
    }
  }

  #handOut(event: AnyEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (cause) {
        this.#logger.error('an event listener failed', {
          ...errorFields(cause),
          eventType: event.type,
        });
      }
    }
  }

  /** Listens from the next event on; the function that comes back ends it and may be called twice. */
  subscribe(listener: EventListener): () => void {
    // Wrapped, so that one function subscribed twice is two subscriptions. The list is replaced,
    // never changed, so that a publish under way is not disturbed.
    const entry: EventListener = (event) => listener(event);
    this.#listeners = [...this.#listeners, entry];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== entry);
    };
  }
}
