import { randomUUID } from 'node:crypto';
import type { Clock } from '../protocol/clock.ts';
import type { AnyEvent, EventData, EventType } from '../protocol/events.ts';

/** The events of one call: numbers them and puts each in its CloudEvents envelope. */
export class SessionEvents {
  /** A call id may come again; with this, the first part of each event's id, those stay unique. */
  readonly sessionId = randomUUID();
  readonly #clock: Clock;
  #next = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Events made so far. */
  get count(): number {
    return this.#next;
  }

  make<T extends EventType>(type: T, data: EventData<T>): AnyEvent {
    const sequence = this.#next;
    this.#next += 1;
    const event = {
      specversion: '1.0',
      id: `${this.sessionId}-${sequence}`,
      source: '/tonewire',
      type,
      subject: 'leg' in data ? `${data.callId}/${data.leg}` : data.callId,
      time: new Date(this.#clock.nowMs()).toISOString(),
      datacontenttype: 'application/json',
      sequence,
      data,
    };
    return event as AnyEvent;
  }
}
