import type { AnyEvent } from '../protocol/events.ts';

/** Tries to deliver an event, once. */
export type Attempt = (event: AnyEvent) => Promise<void>;

/** What waits in front of an adapter, as its lane reports it. */
export interface Waiting {
  readonly events: number;
  /** Of JSON, for a durable adapter. */
  readonly bytes: number;
  /** Since when the oldest of them waits, in milliseconds since the Unix epoch; absent when none does. */
  readonly sinceMs: number | undefined;
  /** Given up on, and still to be looked at or replayed. */
  readonly deadLetters: number;
  /** Whether the target failed so often that it is left alone for a while. */
  readonly circuitOpen: boolean;
}

/**
 * Where the events of one adapter wait for it, and what becomes of one that was tried. `T` is an
 * event with whatever the queue must remember about it.
 */
export interface LaneQueue<T> {
  /** Calls `onReady` from now on whenever something can be taken that could not before. */
  open(onReady: () => void): void;
  /** Takes an event without waiting; one that finds no room is counted. */
  offer(event: AnyEvent): void;
  /** How many events can be taken now. */
  readonly ready: number;
  take(): T | undefined;
  /** Delivers what was taken, or says what becomes of it. Never rejects. */
  deliver(taken: T, attempt: Attempt, signal: AbortSignal): Promise<void>;
  /** What was offered so far can be taken now, or is written down. */
  settle(): void;
  /** Its adapter takes nothing more. */
  close(): void;
  readonly waiting: Waiting;
}
