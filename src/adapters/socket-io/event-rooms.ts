import type { Logger } from '../../log/logger.ts';
import type { AnyEvent } from '../../protocol/events.ts';

/** What is needed of a Socket.IO namespace; `io` itself and `io.of('/desk')` are such. */
export interface EventNamespace {
  to(rooms: string[]): { emit(name: string, event: AnyEvent): unknown };
  on(name: 'connection', listener: (socket: RoomSocket) => void): unknown;
  off(name: 'connection', listener: (socket: RoomSocket) => void): unknown;
}

/** One client of it. */
export interface RoomSocket {
  readonly conn: {
    on(name: 'packetCreate' | 'drain', listener: () => void): unknown;
    close(discard?: boolean): unknown;
  };
}

/** Who is in it gets the events of every call. */
export const ALL_CALLS = 'calls';

/** Who is in it gets the events of that call. */
export function callRoom(callId: string): string {
  return `call:${callId}`;
}

/** Emits events to the rooms of a namespace, and cuts off clients that do not read them. */
export class EventRooms {
  readonly #namespace: EventNamespace;
  readonly #maxQueuedEvents: number;
  readonly #logger: Logger;
  readonly #watch = (socket: RoomSocket) => this.#bound(socket);

  /** Bounds the clients that connect from now on. */
  constructor(namespace: EventNamespace, maxQueuedEvents: number, logger: Logger) {
    this.#namespace = namespace;
    this.#maxQueuedEvents = maxQueuedEvents;
    this.#logger = logger;
    namespace.on('connection', this.#watch);
  }

  /** The name is the event's type, the one argument the whole CloudEvent. */
  emit(event: AnyEvent): void {
    this.#namespace.to([ALL_CALLS, callRoom(event.data.callId)]).emit(event.type, event);
  }

  release(): void {
    this.#namespace.off('connection', this.#watch);
  }

  /** Socket.IO itself queues without end for a client that does not read. */
  #bound({ conn }: RoomSocket): void {
    let waiting = 0;
    conn.on('drain', () => {
      waiting = 0;
    });
    conn.on('packetCreate', () => {
      waiting += 1;
      if (waiting !== this.#maxQueuedEvents + 1) return;
      this.#logger.warn('a client that reads too slowly was cut off');
      conn.close(true);
    });
  }
}
