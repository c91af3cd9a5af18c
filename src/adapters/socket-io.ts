import type { Config } from '../config/schema.ts';
import { TonewireError } from '../protocol/errors.ts';
import type { Adapter } from './adapter.ts';
import type { EventFilterOptions } from './event-filter.ts';
import { type Admit, type DeskServer, startDeskServer } from './socket-io/desk-server.ts';
import { type EventNamespace, EventRooms } from './socket-io/event-rooms.ts';

export type SocketIoConfig = Config['adapters']['socketIo'][number];

export interface SocketIoAdapter extends Adapter {
  /** Where it listens; 0 before it was started. */
  readonly port: number;
}

/**
 * Serves events to Socket.IO clients on a port of its own.
 * @param allowedOrigins of web pages that may connect across origins
 * @param admit decides who may
 */
export function createSocketIoAdapter(
  config: SocketIoConfig,
  allowedOrigins: readonly string[],
  admit: Admit,
): SocketIoAdapter {
  let server: DeskServer | undefined;
  let rooms: EventRooms | undefined;
  return {
    name: `socket-io:${config.name}`,
    filter: config.filter,
    queue: { maxEvents: config.maxQueue, maxInFlight: 1 },
    get port() {
      return server?.port ?? 0;
    },
    async start({ logger }) {
      server = await startDeskServer(config, allowedOrigins, admit);
      rooms = new EventRooms(server.io, config.maxQueuedEvents, logger);
      logger.info('Socket.IO listens', { port: server.port });
    },
    event(event, signal) {
      emit(rooms, event, signal);
    },
    async stop() {
      const running = server;
      server = undefined;
      await running?.close();
    },
  };
}

export interface SocketIoRoomOptions {
  /** The app's own `io`, or a namespace of it. Its own middleware decides who may connect. */
  readonly namespace: EventNamespace;
  /** Names the adapter in logs and metrics. Default: app. */
  readonly name?: string;
  readonly filter?: EventFilterOptions;
  /** Events that may wait for one client before it is cut off. Default: 1000. */
  readonly maxQueuedEvents?: number;
}

/**
 * Emits events into a Socket.IO server that the app runs, for `startTonewire(config, {adapters: […]})`.
 * The app lets a client hear a call by `socket.join('call:' + callId)`, or all by `socket.join('calls')`.
 */
export function createSocketIoRoomAdapter(options: SocketIoRoomOptions): Adapter {
  const { namespace, name = 'app', filter = {}, maxQueuedEvents = 1000 } = options;
  let rooms: EventRooms | undefined;
  return {
    name: `socket-io:${name}`,
    filter,
    start({ logger }) {
      rooms = new EventRooms(namespace, maxQueuedEvents, logger);
    },
    event(event, signal) {
      emit(rooms, event, signal);
    },
    stop: () => rooms?.release(),
  };
}

function emit(rooms: EventRooms | undefined, ...[event, signal]: EventHook): void {
  if (!rooms) throw new TonewireError('TW_INTERNAL', 'The Socket.IO adapter was not started.');
  if (signal.aborted) throw new TonewireError('TW_ADAPTER_FAILED', 'The process is leaving.');
  rooms.emit(event);
}

type EventHook = Parameters<NonNullable<Adapter['event']>>;
