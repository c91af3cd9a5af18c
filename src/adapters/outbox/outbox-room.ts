import type { EventType } from '../../protocol/events.ts';
import type { LaneReport } from '../lane-report.ts';
import type { Outbox } from './outbox.ts';
import type { OutboxEntry } from './outbox-entry.ts';

/** Beyond this share of the bounds there is room for what happened, not for rolling readings. */
const SHARE_FOR_READINGS = 0.9;

/**
 * How much of the outbox one adapter has. Its bounds are its own, so that a dead target takes no
 * room from others. Nothing accepted ever gives way to something new, but dead letters do.
 */
export class OutboxRoom {
  readonly #adapter: string;
  readonly #outbox: Outbox;
  readonly #report: LaneReport;
  #events = 0;
  #bytes = 0;
  #dead = { rows: 0, bytes: 0 };
  #saidFull = false;

  constructor(adapter: string, outbox: Outbox, report: LaneReport) {
    this.#adapter = adapter;
    this.#outbox = outbox;
    this.#report = report;
  }

  /** Waiting. */
  get events(): number {
    return this.#events;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Dead letters. */
  get dead(): number {
    return this.#dead.rows;
  }

  /** Takes room for an event; when there is none it is shed: counted, and said once. */
  take(type: EventType, bytes: number): boolean {
    const share = type === 'emotion.updated' ? SHARE_FOR_READINGS : 1;
    if (!this.#fits(bytes, share) && !this.#fitsWithoutDead(bytes, share)) {
      this.#shed();
      return false;
    }
    this.#events += 1;
    this.#bytes += bytes;
    return true;
  }

  /** An event was delivered. */
  leave(bytes: number): void {
    this.#events -= 1;
    this.#bytes -= bytes;
    if (this.#saidFull && this.#fits(0, SHARE_FOR_READINGS)) {
      this.#saidFull = false;
      this.#report.logger.info('the outbox has room again');
    }
  }

  /** An event became a dead letter. */
  die(bytes: number): void {
    this.leave(bytes);
    this.#dead = { rows: this.#dead.rows + 1, bytes: this.#dead.bytes + bytes };
  }

  /** What is in the file now. */
  recount(waiting: readonly OutboxEntry[]): void {
    this.#events = waiting.length;
    this.#bytes = waiting.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#dead = this.#outbox.dead(this.#adapter);
  }

  #fits(bytes: number, share: number): boolean {
    const { maxRows, maxBytes } = this.#outbox.options;
    return (
      this.#events + this.#dead.rows + 1 <= maxRows * share &&
      this.#bytes + this.#dead.bytes + bytes <= maxBytes * share
    );
  }

  #fitsWithoutDead(bytes: number, share: number): boolean {
    while (this.#dead.rows > 0) {
      this.#report.logger.warn('the outbox is full: its oldest dead letters are forgotten');
      this.#outbox.forgetDead(this.#adapter);
      this.#dead = this.#outbox.dead(this.#adapter);
      if (this.#fits(bytes, share)) return true;
    }
    return false;
  }

  #shed(): void {
    this.#report.count('dropped');
    if (this.#saidFull) return;
    this.#saidFull = true;
    this.#report.logger.error('the outbox is full: new events are lost until there is room', {
      waiting: this.#events,
      bytes: this.#bytes,
    });
  }
}
