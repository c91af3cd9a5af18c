import type { AnyEvent } from '../../protocol/events.ts';

/** An event that waits in the outbox for one adapter. */
export interface OutboxEntry {
  /** The order of acceptance; unique in the file. */
  readonly seq: number;
  readonly callId: string;
  /** Of its JSON. */
  readonly bytes: number;
  /** When it was accepted, or replayed; milliseconds since the Unix epoch. */
  readonly sinceMs: number;
  /** Made in vain so far. */
  attempts: number;
  /** Before this it is not tried again; milliseconds since the Unix epoch. */
  dueMs: number;
  /** Absent when it is to be read from the file. */
  readonly event: AnyEvent | undefined;
}
