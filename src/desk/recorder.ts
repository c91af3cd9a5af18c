import type { Config } from '../config/schema.ts';
import type { Suggestion } from '../protocol/desk.ts';
import type { AnyEvent } from '../protocol/events.ts';
import { CallRecord } from './call-record.ts';
import { callerOf } from './caller.ts';

/** What the recorder could not keep, in numbers; prom-client's counters will do. */
export interface RecorderCounters {
  /** Readings that were merged into a neighbour's. */
  readonly merged: { inc(by: number): void };
  /** Entries that a newer one displaced, and calls that more than limits.maxCalls displaced. */
  readonly dropped: { inc(by: number): void };
}

export interface RecorderOptions {
  readonly config: Config;
  readonly counters: RecorderCounters;
  /** A rule has something to say; the record has it already. */
  readonly onSuggestion: (callId: string, suggestion: Suggestion) => void;
  /** The call is over; its record is the caller's from here on. */
  readonly onEnded: (record: CallRecord) => void;
}

/** Keeps a record of every live call. It hears every event of every leg, so it does as little as it can. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #calls = new Map<string, CallRecord>();

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /** In the order in which they started. */
  get calls(): ReadonlyMap<string, CallRecord> {
    return this.#calls;
  }

  readonly hear = (event: AnyEvent): void => {
    const { callId } = event.data;
    if (event.type === 'context.changed') return;
    if (event.type === 'call.started') this.#open(event);
    const record = this.#calls.get(callId);
    if (record === undefined) return;
    record.hear(event, (suggestion) => this.#options.onSuggestion(callId, suggestion));
    if (event.type === 'call.ended') this.#close(record);
  };

  #open(event: Extract<AnyEvent, { type: 'call.started' }>): void {
    const { config } = this.#options;
    const { callId, metadata } = event.data;
    // As many as the gateway admits; one more means that the end of another was never heard of.
    if (this.#calls.size >= config.limits.maxCalls) this.#forgetOldest();
    const caller = callerOf(metadata, config.history.callerKeys);
    const { desk } = config;
    const record = new CallRecord(event, { bounds: desk, rules: desk.suggestions, caller });
    this.#calls.set(callId, record);
  }

  #close(record: CallRecord): void {
    this.#calls.delete(record.callId);
    this.#count(record);
    this.#options.onEnded(record);
  }

  #forgetOldest(): void {
    const [oldest] = this.#calls.values();
    if (oldest === undefined) return;
    this.#calls.delete(oldest.callId);
    this.#count(oldest);
    this.#options.counters.dropped.inc(1);
  }

  #count(record: CallRecord): void {
    const { merged, dropped } = record.lost;
    const { counters } = this.#options;
    if (merged > 0) counters.merged.inc(merged);
    if (dropped > 0) counters.dropped.inc(dropped);
  }
}
