import type { Config } from '../config/schema.ts';
import type { Clock } from '../protocol/clock.ts';
import type { DeskAction, DeskSnapshot, LegUpdate } from '../protocol/dashboard.ts';
import { TonewireError } from '../protocol/errors.ts';
import { eventJson } from '../protocol/event-json.ts';
import type { AnyEvent } from '../protocol/events.ts';
import type { CallRecord } from './call-record.ts';
import type { LegRecord } from './leg-record.ts';
import { liveCalls } from './live-calls.ts';
import type { Recorder } from './recorder.ts';

/** Whoever follows the desk: a WebSocket, a test. */
export interface DeskSubscriber {
  /** Bytes sent to it that it has not taken yet. */
  readonly queuedBytes: number;
  send(json: string): void;
  /** The feed is done with it; `error` says why. No `send` follows. */
  close(error: TonewireError): void;
}

/** One subscriber's hold on the feed. */
export interface DeskSubscription {
  /** From the next batch on, every reading of this call comes too; null ends it. */
  watch(callId: string | null): void;
  /** May be called twice. */
  end(): void;
}

export interface DeskFeedOptions {
  readonly desk: Pick<Config['desk'], 'updateIntervalMs' | 'maxSubscribers' | 'maxQueuedBytes'>;
  readonly recorder: Pick<Recorder, 'calls'>;
  readonly clock: Clock;
  /** Counts a subscriber that was cut off. */
  readonly onSlow: () => void;
}

interface Member {
  readonly subscriber: DeskSubscriber;
  watched: string | null;
  /** Whether it had its snapshot; until then it gets nothing else. */
  joined: boolean;
}

/** An event that waits for the next batch, serialised once for everybody. */
interface PendingEvent {
  readonly callId: string;
  /** A reading: for those who watch its call. */
  readonly rolling: boolean;
  readonly json: string;
}

/** As many events do not wait for the interval to pass: a batch stays small enough for one message. */
const MAX_PENDING_EVENTS = 1000;

/**
 * The coalesced feed of the desk: a snapshot for whoever joins, then batches. Those who join within
 * one interval share a snapshot, and a batch is written once for all who watch the same call.
 */
export class DeskFeed {
  readonly #options: DeskFeedOptions;
  readonly #members = new Set<Member>();
  readonly #started = new Set<CallRecord>();
  readonly #updated = new Map<LegRecord, string>();
  #events: PendingEvent[] = [];
  #actions: DeskAction[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sentMs = Number.NEGATIVE_INFINITY;
  #stopped = false;

  constructor(options: DeskFeedOptions) {
    this.#options = options;
  }

  get subscriberCount(): number {
    return this.#members.size;
  }

  /** Throws TW_TOO_MANY_CONNECTIONS or TW_DRAINING. */
  subscribe(subscriber: DeskSubscriber): DeskSubscription {
    if (this.#stopped) throw new TonewireError('TW_DRAINING');
    if (this.#members.size >= this.#options.desk.maxSubscribers) {
      throw new TonewireError('TW_TOO_MANY_CONNECTIONS', 'The desk is at desk.maxSubscribers.');
    }
    const member: Member = { subscriber, watched: null, joined: false };
    this.#members.add(member);
    this.#schedule();
    return {
      watch: (callId) => {
        member.watched = callId;
      },
      end: () => void this.#members.delete(member),
    };
  }

  /** Must hear an event after the recorder did. */
  readonly hear = (event: AnyEvent): void => {
    // A context sums readings up for bots, in an order of its own; a page has the readings.
    if (this.#members.size === 0 || event.type === 'context.changed') return;
    const { callId } = event.data;
    const record = this.#options.recorder.calls.get(callId);
    if (event.type === 'emotion.updated') {
      const leg = record?.legs.get(event.data.leg);
      if (leg !== undefined) this.#updated.set(leg, callId);
      if (this.#isWatched(callId)) this.#push(event, true);
    } else {
      if (event.type === 'call.started' && record !== undefined) this.#started.add(record);
      this.#push(event, false);
    }
    this.#schedule();
  };

  /** Says what somebody did at a desk. */
  act(action: DeskAction): void {
    if (this.#members.size === 0) return;
    this.#actions.push(action);
    this.#schedule();
  }

  /** Sends what waits now; the feed does so itself when it is due. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sentMs = this.#options.clock.monotonicMs();
    const at = new Date(this.#options.clock.nowMs()).toISOString();
    this.#sendBatch(at);
    this.#sendSnapshot(at);
  }

  /** Sends what waits, then lets everybody go. */
  stop(): void {
    if (this.#stopped) return;
    this.flush();
    this.#stopped = true;
    for (const member of this.#members) this.#cut(member, 'TW_DRAINING');
  }

  #isWatched(callId: string): boolean {
    for (const { watched } of this.#members) if (watched === callId) return true;
    return false;
  }

  #push(event: AnyEvent, rolling: boolean): void {
    const { callId } = event.data;
    this.#events.push({ callId, rolling, json: eventJson(event) });
    if (this.#events.length >= MAX_PENDING_EVENTS) this.flush();
  }

  /** At once when nothing was sent for an interval, so that an alert does not wait for company. */
  #schedule(): void {
    if (this.#timer !== undefined || this.#stopped) return;
    const { clock, desk } = this.#options;
    const dueMs = this.#sentMs + desk.updateIntervalMs - clock.monotonicMs();
    // Not within hear: whoever publishes, usually an analysis step, goes on first.
    this.#timer = setTimeout(() => this.flush(), Math.max(0, dueMs));
  }

  #sendBatch(at: string): void {
    const write = this.#batchWriter(at);
    this.#started.clear();
    this.#updated.clear();
    this.#events = [];
    this.#actions = [];
    if (write === undefined) return;
    const byWatched = new Map<string | null, string>();
    for (const member of this.#members) {
      if (!member.joined) continue;
      const { watched } = member;
      const json = byWatched.get(watched) ?? write(watched);
      byWatched.set(watched, json);
      this.#send(member, json);
    }
  }

  /** Writes the batch for whoever watches a call; undefined when nothing happened. */
  #batchWriter(at: string): ((watched: string | null) => string) | undefined {
    const events = this.#events;
    const waiting = [this.#started.size, this.#updated.size, events.length, this.#actions.length];
    if (waiting.every((count) => count === 0)) return undefined;
    const calls = JSON.stringify([...this.#started].map((record) => record.toLive()));
    const updates = JSON.stringify([...this.#updated].map(updateOf));
    const actions = JSON.stringify(this.#actions);
    const head = `{"type":"desk.batch","at":"${at}","calls":${calls},"updates":${updates}`;
    return (watched) => {
      const wanted = events.filter(({ rolling, callId }) => !rolling || callId === watched);
      return `${head},"events":[${wanted.map(({ json }) => json).join()}],"actions":${actions}}`;
    };
  }

  /** What the snapshot says is never said again by a batch: the batch went out before it. */
  #sendSnapshot(at: string): void {
    let json: string | undefined;
    for (const member of this.#members) {
      if (member.joined) continue;
      member.joined = true;
      json ??= JSON.stringify(this.#snapshot(at));
      this.#send(member, json);
    }
  }

  #snapshot(at: string): DeskSnapshot {
    const { recorder, desk } = this.#options;
    const live = liveCalls(recorder.calls.values(), recorder.calls.size, at);
    return { type: 'desk.snapshot', intervalMs: desk.updateIntervalMs, ...live };
  }

  #send(member: Member, json: string): void {
    if (member.subscriber.queuedBytes > this.#options.desk.maxQueuedBytes) {
      this.#options.onSlow();
      this.#cut(member, 'TW_SLOW_CONSUMER');
      return;
    }
    member.subscriber.send(json);
  }

  #cut(member: Member, code: 'TW_SLOW_CONSUMER' | 'TW_DRAINING'): void {
    this.#members.delete(member);
    member.subscriber.close(new TonewireError(code));
  }
}

function updateOf([leg, callId]: readonly [LegRecord, string]): LegUpdate {
  return { callId, leg: leg.leg, reading: leg.reading()! };
}
