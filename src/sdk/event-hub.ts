import type { AnyEvent, EventType } from '../protocol/events.ts';

export type EventOf<T extends EventType> = Extract<AnyEvent, { type: T }>;
type Listener = (value: never) => void;

/** One `for await` over the events. */
interface Reader {
  push(event: AnyEvent): void;
  finish(failure: unknown): void;
}

/**
 * Hands out what happens, to listeners by name and to readers in order. Events that come before
 * anybody listens wait; each listener is kept once, however often it is added.
 */
export class EventHub {
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #readers = new Set<Reader>();
  readonly #maxQueued: number;
  readonly #onDropped: () => void;
  #waiting: AnyEvent[] | undefined = [];
  #finished = false;
  #failure: unknown;

  constructor(maxQueued: number, onDropped: () => void) {
    this.#maxQueued = maxQueued;
    this.#onDropped = onDropped;
  }

  on(name: string, listener: Listener): () => void {
    const set = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, set.add(listener));
    // Later, so that whatever is added in the same breath hears the first events too.
    queueMicrotask(() => this.#begin());
    return () => void set.delete(listener);
  }

  /** Tells of something that is no event of the call. */
  tell(name: string, value: unknown): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        (listener as (value: unknown) => void)(value);
      } catch (cause) {
        // Reported as any uncaught error is; the other listeners have no part in it.
        queueMicrotask(() => {
          throw cause;
        });
      }
    }
  }

  event(event: AnyEvent): void {
    if (this.#waiting) {
      this.#queue(this.#waiting, event);
      return;
    }
    this.tell(event.type, event);
    this.tell('event', event);
    for (const reader of this.#readers) reader.push(event);
  }

  /** Readers come to their end, or throw the failure. */
  finish(failure?: unknown): void {
    this.#finished = true;
    this.#failure = failure;
    for (const reader of this.#readers) reader.finish(failure);
    this.#readers.clear();
  }

  async *read(): AsyncGenerator<AnyEvent, void, undefined> {
    const queue: AnyEvent[] = [];
    let wake: () => void = () => undefined;
    const reader: Reader = {
      push: (event) => {
        this.#queue(queue, event);
        wake();
      },
      finish: () => wake(),
    };
    this.#readers.add(reader);
    this.#begin();
    try {
      for (;;) {
        const event = queue.shift();
        if (event) yield event;
        else if (this.#finished) break;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    } finally {
      this.#readers.delete(reader);
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  #begin(): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const event of waiting) this.event(event);
  }

  #queue(queue: AnyEvent[], event: AnyEvent): void {
    queue.push(event);
    if (queue.length <= this.#maxQueued) return;
    queue.shift();
    this.#onDropped();
  }
}
