import { errorFields, type Logger } from '../../log/logger.ts';
import type { Clock } from '../../protocol/clock.ts';
import type { AnyEvent } from '../../protocol/events.ts';
import type { Store } from '../../store/store.ts';
import type { OutboxEntry } from './outbox-entry.ts';
import { OUTBOX_MIGRATIONS, OUTBOX_OWNER } from './outbox-tables.ts';
import { OutboxWriter } from './outbox-writer.ts';

export interface OutboxOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What may wait or lie dead for one adapter. */
  readonly maxRows: number;
  readonly maxBytes: number;
  /** How long a target that fails is left alone. */
  readonly circuitMs: number;
}

/** An event as it is written down. */
export interface Written {
  readonly json: string;
  readonly bytes: number;
  /** Whether it is kept in memory too. */
  readonly hold: boolean;
}

/** What one adapter's queue hears from the outbox. */
export interface OutboxListener {
  /** It is in the file. */
  accepted(entry: OutboxEntry): void;
  /** Somebody else changed the file: read it again. */
  changed(): void;
}

/** How soon a replay or a drop by another process is noticed. */
const LOOK_EVERY_MS = 500;
/** After the file could not be written. */
const TRY_AGAIN_MS = 1000;

/**
 * Durable events in the store's file, for all adapters. Everything that is emitted in one turn of
 * the event loop is accepted in one transaction at the end of that turn, before any adapter, the
 * feed included, gets to see it.
 */
export class Outbox {
  readonly options: OutboxOptions;
  readonly #writer: OutboxWriter;
  readonly #listeners = new Map<string, OutboxListener>();
  readonly #looking: NodeJS.Timeout;
  #next: number;
  #atEndOfTurn = false;
  #atNextTurn: NodeJS.Immediate | undefined;
  #tryingAgain: NodeJS.Timeout | undefined;
  #failing = false;
  #stale = false;

  constructor(options: OutboxOptions) {
    this.options = options;
    options.store.migrate(OUTBOX_OWNER, OUTBOX_MIGRATIONS);
    this.#writer = new OutboxWriter(options.store);
    this.#next = this.#writer.lastSeq + 1;
    this.#looking = setInterval(() => this.#look(), LOOK_EVERY_MS);
    this.#looking.unref();
  }

  /** From now on `listener` hears of its adapter's entries. */
  listen(adapter: string, listener: OutboxListener): void {
    this.#listeners.set(adapter, listener);
  }

  /** What waits for an adapter, without the events themselves, in order of acceptance. */
  waiting(adapter: string): OutboxEntry[] {
    return this.#writer.waiting(adapter);
  }

  /** What lies dead for an adapter. */
  dead(adapter: string): { readonly rows: number; readonly bytes: number } {
    return this.#writer.dead(adapter);
  }

  /** The event of an entry, or undefined when somebody dropped it. */
  read(entry: OutboxEntry): AnyEvent | undefined {
    return this.#writer.read(entry.seq);
  }

  /** Accepts an event at the end of this turn; the adapter's listener then has it. */
  accept(adapter: string, event: AnyEvent, { json, bytes, hold }: Written): void {
    const entry: OutboxEntry = {
      seq: this.#next,
      callId: event.data.callId,
      bytes,
      sinceMs: this.options.clock.nowMs(),
      attempts: 0,
      dueMs: 0,
      event: hold ? event : undefined,
    };
    this.#next += 1;
    this.#writer.insert({ adapter, entry, event, json });
    if (!this.#atEndOfTurn) {
      this.#atEndOfTurn = true;
      process.nextTick(() => this.flush());
    }
  }

  /** It was delivered. */
  sent(entry: OutboxEntry): void {
    this.#writer.remove(entry.seq);
    this.#mark();
  }

  /** Its attempts and when it is due have changed. */
  postponed(entry: OutboxEntry, reason: string): void {
    this.#writer.postpone(entry, reason);
    this.#mark();
  }

  /** It will not be tried again, and lies among the dead letters. */
  park(entry: OutboxEntry, reason: string): void {
    this.#writer.park(entry, this.options.clock.nowMs(), reason);
    this.#mark();
  }

  /** Makes room by forgetting an adapter's oldest dead letters. */
  forgetDead(adapter: string): void {
    this.flush();
    this.#writer.forgetDead(adapter);
  }

  /** Writes everything down now. When that fails it stays in memory and is tried again. */
  flush(): void {
    this.#atEndOfTurn = false;
    clearImmediate(this.#atNextTurn);
    this.#atNextTurn = undefined;
    clearTimeout(this.#tryingAgain);
    try {
      const accepted = this.#writer.write();
      this.#failing = false;
      for (const { adapter, entry } of accepted) this.#listeners.get(adapter)?.accepted(entry);
    } catch (cause) {
      this.#trouble(cause);
    }
  }

  /** Writes what is left; the store may be closed next. */
  close(): void {
    clearInterval(this.#looking);
    this.flush();
    clearTimeout(this.#tryingAgain);
  }

  /** Together with what else is answered in this turn; should the process be killed before, they are sent again. */
  #mark(): void {
    this.#atNextTurn ??= setImmediate(() => this.flush());
  }

  #trouble(cause: unknown): void {
    if (!this.#failing) {
      this.#failing = true;
      const { logger } = this.options;
      logger.error('the outbox cannot be written; events wait in memory', errorFields(cause));
    }
    this.#tryingAgain = setTimeout(() => this.flush(), TRY_AGAIN_MS);
    this.#tryingAgain.unref();
  }

  #look(): void {
    this.#stale ||= this.#writer.changedByOthers();
    if (!this.#stale) return;
    this.flush();
    // What could not be written must not be forgotten over what is there.
    if (this.#failing) return;
    this.#stale = false;
    for (const listener of this.#listeners.values()) listener.changed();
  }
}
