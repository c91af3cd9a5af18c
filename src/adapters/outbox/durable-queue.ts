import { toTonewireError } from '../../protocol/errors.ts';
import { eventJson } from '../../protocol/event-json.ts';
import type { AnyEvent } from '../../protocol/events.ts';
import type { Attempt, LaneQueue, Waiting } from '../lane-queue.ts';
import type { LaneReport } from '../lane-report.ts';
import { MAX_ATTEMPTS, pauseMs } from '../retry-schedule.ts';
import { CallOrder } from './call-order.ts';
import { Circuit } from './circuit.ts';
import type { Outbox } from './outbox.ts';
import type { OutboxEntry } from './outbox-entry.ts';
import { OutboxRoom } from './outbox-room.ts';

/** Events kept in memory too, so that they need not be read back; beyond, the file alone has them. */
const MAX_HELD = 2000;
/** Node's timers take no longer ones. */
const MAX_TIMER_MS = 3_600_000;

/**
 * Keeps events in the outbox until they are delivered or given up on: in order within a call, each
 * tried through the whole schedule, the target left alone while it does not work.
 */
export class DurableQueue implements LaneQueue<OutboxEntry> {
  readonly #adapter: string;
  readonly #outbox: Outbox;
  readonly #report: LaneReport;
  readonly #random: () => number;
  readonly #circuit: Circuit;
  readonly #room: OutboxRoom;
  readonly #onTheirWay = new Set<OutboxEntry>();
  #order = new CallOrder();
  #held = 0;
  #onReady: () => void = () => undefined;
  #waking: NodeJS.Timeout | undefined;

  /** @param random 0 to 1, for the jitter */
  constructor(adapter: string, outbox: Outbox, report: LaneReport, random: () => number) {
    this.#adapter = adapter;
    this.#outbox = outbox;
    this.#report = report;
    this.#random = random;
    this.#room = new OutboxRoom(adapter, outbox, report);
    this.#circuit = new Circuit(outbox.options.circuitMs, {
      opened: () => report.logger.warn('the target fails and is left alone for a while'),
      closed: () => {
        report.logger.info('the target works again');
        this.#onReady();
      },
      mayProbe: () => this.#onReady(),
    });
  }

  /** Also takes up what an earlier process left. */
  open(onReady: () => void): void {
    this.#onReady = onReady;
    this.#outbox.listen(this.#adapter, {
      accepted: (entry) => {
        this.#order.add(entry, this.#nowMs());
        this.#onReady();
      },
      changed: () => this.#reload(),
    });
    this.#reload();
  }

  offer(event: AnyEvent): void {
    const json = eventJson(event);
    const bytes = Buffer.byteLength(json);
    if (!this.#room.take(event.type, bytes)) return;
    const hold = this.#held < MAX_HELD;
    if (hold) this.#held += 1;
    this.#outbox.accept(this.#adapter, event, { json, bytes, hold });
  }

  get ready(): number {
    return Math.min(this.#order.ready, this.#circuit.permits);
  }

  take(): OutboxEntry | undefined {
    return this.#circuit.permits > 0 ? this.#order.take() : undefined;
  }

  async deliver(entry: OutboxEntry, attempt: Attempt, signal: AbortSignal): Promise<void> {
    const event = entry.event ?? this.#outbox.read(entry);
    if (!event) {
      // Somebody dropped it; the file was not looked at since.
      this.#order.done(entry, this.#nowMs());
      return;
    }
    this.#onTheirWay.add(entry);
    try {
      await this.#circuit.run(() => attempt(event));
      this.#sent(entry);
    } catch (cause) {
      // When the process is leaving the entry stays in the file, for the next one.
      if (!signal.aborted) this.#failed(entry, event, cause);
    } finally {
      this.#onTheirWay.delete(entry);
    }
  }

  settle(): void {
    this.#outbox.flush();
  }

  close(): void {
    clearTimeout(this.#waking);
    this.#circuit.close();
    this.#outbox.flush();
  }

  get waiting(): Waiting {
    const { events, bytes, dead } = this.#room;
    const sinceMs = this.#order.oldestMs;
    return { events, bytes, sinceMs, deadLetters: dead, circuitOpen: this.#circuit.open };
  }

  #sent(entry: OutboxEntry): void {
    this.#report.count('delivered');
    this.#outbox.sent(entry);
    this.#room.leave(entry.bytes);
    this.#leave(entry);
  }

  #failed(entry: OutboxEntry, event: AnyEvent, cause: unknown): void {
    entry.attempts += 1;
    const reason = toTonewireError(cause).message;
    const delayMs = pauseMs(cause, entry.attempts, MAX_ATTEMPTS, this.#random());
    if (delayMs === undefined) {
      this.#report.failed(cause, event);
      this.#outbox.park(entry, reason);
      this.#room.die(entry.bytes);
      this.#leave(entry);
      return;
    }
    this.#report.count('retried');
    const nowMs = this.#nowMs();
    entry.dueMs = nowMs + delayMs;
    this.#outbox.postponed(entry, reason);
    this.#order.putBack(entry, nowMs);
    this.#wakeLater();
  }

  #leave(entry: OutboxEntry): void {
    if (entry.event) this.#held -= 1;
    this.#order.done(entry, this.#nowMs());
    this.#onReady();
  }

  /** The file as it is now, with what is on its way ahead of everything else of its call. */
  #reload(): void {
    const onTheirWay = new Map([...this.#onTheirWay].map((entry) => [entry.seq, entry]));
    const entries = this.#outbox.waiting(this.#adapter);
    const nowMs = this.#nowMs();
    this.#order = new CallOrder();
    this.#held = 0;
    for (const { seq } of entries) {
      const entry = onTheirWay.get(seq);
      if (!entry) continue;
      if (entry.event) this.#held += 1;
      this.#order.add(entry, nowMs, true);
    }
    for (const entry of entries) {
      if (!onTheirWay.has(entry.seq)) this.#order.add(entry, nowMs);
    }
    this.#room.recount(entries);
    this.#wakeLater();
    this.#onReady();
  }

  #wakeLater(): void {
    clearTimeout(this.#waking);
    const nowMs = this.#nowMs();
    const nextMs = this.#order.wake(nowMs);
    if (nextMs === undefined) return;
    this.#waking = setTimeout(() => this.#wakeUp(), Math.min(nextMs - nowMs, MAX_TIMER_MS));
    this.#waking.unref();
  }

  #wakeUp(): void {
    this.#wakeLater();
    this.#onReady();
  }

  #nowMs(): number {
    return this.#outbox.options.clock.nowMs();
  }
}
