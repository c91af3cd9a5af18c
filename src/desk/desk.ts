import { randomUUID } from 'node:crypto';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { EventBus } from '../adapters/event-bus.ts';
import type { Config } from '../config/schema.ts';
import { IN_MEMORY } from '../config/schema-store.ts';
import type { Logger } from '../log/logger.ts';
import type { Clock } from '../protocol/clock.ts';
import type {
  Acknowledgement,
  CallDetail,
  DeskSession,
  LiveCalls,
  NewNote,
  Note,
} from '../protocol/dashboard.ts';
import { TonewireError } from '../protocol/errors.ts';
import type { Store } from '../store/store.ts';
import { DeskFeed } from './desk-feed.ts';
import { History } from './history/history.ts';
import { HISTORY_MIGRATIONS, HISTORY_OWNER } from './history/history-tables.ts';
import { Retention } from './history/retention.ts';
import { liveCalls } from './live-calls.ts';
import { Recorder } from './recorder.ts';

export interface DeskOptions {
  readonly config: Config;
  readonly bus: EventBus;
  /** Absent when finished calls are not kept. */
  readonly store: Store | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

/** What somebody at a desk sees and does: live calls, finished calls, and the feed of both. */
export class Desk {
  readonly feed: DeskFeed;
  /** Absent when finished calls are not kept. */
  readonly history: History | undefined;
  readonly #options: DeskOptions;
  readonly #recorder: Recorder;
  readonly #retention: Retention | undefined;
  readonly #unsubscribe: () => void;

  constructor(options: DeskOptions) {
    const { config, bus, store, clock } = options;
    this.#options = options;
    const counters = deskCounters(options.registry, () => this.feed.subscriberCount);
    if (store !== undefined) {
      store.migrate(HISTORY_OWNER, HISTORY_MIGRATIONS);
      const { retentionDays } = config.history;
      this.history = new History({ ...options, store, counters });
      this.#retention = new Retention({ ...options, store, retentionDays });
      void this.#retention.tick();
    }
    this.#recorder = new Recorder({
      config,
      counters,
      onSuggestion: (callId, suggestion) =>
        this.feed.act({ type: 'suggestion.made', callId, suggestion }),
      onEnded: (record) => this.history?.keep(record),
    });
    const onSlow = () => counters.slow.inc(1);
    this.feed = new DeskFeed({ desk: config.desk, recorder: this.#recorder, clock, onSlow });
    const unsubscribe = [bus.subscribe(this.#recorder.hear), bus.subscribe(this.feed.hear)];
    this.#unsubscribe = () => {
      for (const end of unsubscribe) end();
    };
  }

  liveCalls(): LiveCalls {
    const { calls } = this.#recorder;
    return liveCalls(calls.values(), calls.size, this.#now());
  }

  /** A live call or, if there is none, the newest finished one of this id. Throws TW_NOT_FOUND. */
  async call(callId: string): Promise<CallDetail> {
    const live = this.#recorder.calls.get(callId)?.toDetail(this.#now());
    const detail = live ?? (await this.history?.detail(callId));
    if (detail !== undefined) return detail;
    throw new TonewireError('TW_NOT_FOUND', 'There is no such call.');
  }

  /** The history. Throws TW_NOT_CONFIGURED when history.enabled is false. */
  requireHistory(): History {
    if (this.history) return this.history;
    throw new TonewireError('TW_NOT_CONFIGURED', 'history.enabled is false.');
  }

  /** Returns the first acknowledgement when there is one already. Throws TW_NOT_FOUND. */
  acknowledge(callId: string, alertId: string, by: string): Acknowledgement {
    const wish = { by, at: this.#now() };
    const owner = this.#ownerOf(callId);
    const acknowledgement = owner.acknowledge(callId, alertId, wish);
    this.feed.act({ type: 'alert.acknowledged', callId, alertId, acknowledgement });
    return acknowledgement;
  }

  /** Throws TW_NOT_FOUND, or TW_RATE_LIMITED when the call has as many notes as desk.maxEntries. */
  addNote(callId: string, by: string, { text, atMs }: NewNote): Note {
    const note: Note = { noteId: randomUUID(), by, at: this.#now(), atMs: atMs ?? null, text };
    this.#ownerOf(callId).addNote(callId, note);
    this.feed.act({ type: 'note.added', callId, note });
    return note;
  }

  /** Returns how many. Throws TW_OUT_OF_ORDER for a live call, TW_NOT_FOUND. */
  deleteCall(callId: string): number {
    if (this.#recorder.calls.has(callId)) {
      throw new TonewireError('TW_OUT_OF_ORDER', 'A live call can be deleted once it has ended.');
    }
    const calls = this.requireHistory().deleteCall(callId);
    if (calls === 0) throw new TonewireError('TW_NOT_FOUND', 'There is no such call.');
    this.#options.logger.info('calls deleted', { calls });
    return calls;
  }

  /** Every finished call of a caller; returns how many. */
  deleteCaller(caller: string): number {
    const calls = this.requireHistory().deleteCaller(caller);
    this.#options.logger.info('calls of a caller deleted', { calls });
    return calls;
  }

  /** What a page needs to know of the history. */
  historyFacts(): DeskSession['history'] {
    const { config, store } = this.#options;
    const persistent = store !== undefined && store.path !== IN_MEMORY;
    return { persistent, retentionDays: store ? config.history.retentionDays : null };
  }

  /** Hears no more, and resolves once everything that ended is written. Sockets are let go of first. */
  async close(): Promise<void> {
    this.#unsubscribe();
    this.feed.stop();
    await this.#retention?.stop();
    await this.history?.settled();
  }

  #now(): string {
    return new Date(this.#options.clock.nowMs()).toISOString();
  }

  /** Whoever keeps the call's alerts and notes: its record while it is live, then the history. */
  #ownerOf(callId: string): Pick<History, 'acknowledge' | 'addNote'> {
    const live = this.#recorder.calls.get(callId);
    if (live) {
      return {
        acknowledge: (_callId, alertId, wish) => live.acknowledge(alertId, wish),
        addNote: (_callId, note) => live.addNote(note),
      };
    }
    if (this.history) return this.history;
    throw new TonewireError('TW_NOT_FOUND', 'There is no such call.');
  }
}

function deskCounters(registry: Registry, subscribers: () => number) {
  const counter = (name: string, help: string) =>
    new Counter({ name: `tonewire_desk_${name}_total`, help, registers: [registry] });
  new Gauge({
    name: 'tonewire_desk_subscribers',
    help: 'Pages that follow the desk.',
    registers: [registry],
    collect() {
      this.set(subscribers());
    },
  });
  return {
    merged: counter('readings_merged', "Readings that share a row of a call's timeline."),
    dropped: counter('entries_dropped', 'Entries of a call that newer ones displaced.'),
    slow: counter('slow_subscribers', 'Pages cut off because they did not read.'),
    displaced: counter('history_displaced', 'Finished calls deleted for history.maxCalls.'),
    failed: counter('history_failed', 'Finished calls that were not kept whole.'),
  };
}
