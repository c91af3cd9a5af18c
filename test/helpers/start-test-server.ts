import { AdapterHost } from '../../src/adapters/adapter-host.ts';
import { EventBus } from '../../src/adapters/event-bus.ts';
import { Feed } from '../../src/adapters/feed.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { type ServerOptions, startServer, type TonewireServer } from '../../src/gateway/server.ts';
import { type Logger, silentLogger } from '../../src/log/logger.ts';
import { systemClock } from '../../src/protocol/clock.ts';
import type { AnyEvent, EventType } from '../../src/protocol/events.ts';
import { assertEvent } from '../../src/protocol/validate.ts';
import { FakeAnalyser } from './fake-analyser.ts';

export interface TestServer extends TonewireServer {
  readonly analyser: FakeAnalyser;
  /** Every event published so far, each checked against its schema. */
  readonly events: AnyEvent[];
  /** Resolves with the first event, past or to come, of this type (and call). */
  event<T extends EventType>(type: T, callId?: string): Promise<Extract<AnyEvent, { type: T }>>;
  /** What serve does on SIGTERM: drain, let the adapters finish, close. */
  terminate(): Promise<void>;
  /** WebSocket address of a path. */
  ws(path: string): string;
}

const running = new Set<TestServer>();

/** Starts a gateway on a free port with these options over the defaults; stopped after the test. */
export async function startTestServer(
  flags: Readonly<Record<string, unknown>> = {},
  logger: Logger = silentLogger,
  parts: Pick<ServerOptions, 'contexts' | 'feedTiming'> = {},
): Promise<TestServer> {
  const config = loadConfig({ flags: { 'server.port': 0, 'server.drainTimeoutMs': 0, ...flags } });
  const bus = new EventBus(silentLogger);
  const feed = new Feed({
    maxQueuedEvents: config.limits.feedQueueEvents,
    maxSubscribers: config.limits.maxEventSubscribers,
  });
  const counter = { inc: () => undefined };
  const host = new AdapterHost({
    adapters: [feed],
    bus,
    logger: silentLogger,
    clock: systemClock,
    counters: { delivered: counter, dropped: counter, failed: counter, retried: counter },
    maxCalls: config.limits.maxCalls,
  });
  host.start();
  const recorder = recordEvents(bus);
  const analyser = new FakeAnalyser();
  const clock = systemClock;
  const server = await startServer({ config, analyser, bus, feed, logger, clock, ...parts });
  const terminate = async () => {
    await server.drain();
    await host.stop(1000);
    await server.close();
  };
  const ws = (path: string) => server.url.replace('http', 'ws') + path;
  const test = { ...server, ...recorder, analyser, terminate, ws };
  running.add(test);
  return test;
}

/** Stops every server a test has started. Call in `afterEach`. */
export async function stopTestServers(): Promise<void> {
  const servers = [...running];
  running.clear();
  await Promise.all(servers.map((server) => server.close()));
}

function recordEvents(bus: EventBus): Pick<TestServer, 'events' | 'event'> {
  const events: AnyEvent[] = [];
  const waiting = new Set<(event: AnyEvent) => void>();
  bus.subscribe((event) => {
    assertEvent(JSON.parse(JSON.stringify(event)));
    events.push(event);
    for (const offer of waiting) offer(event);
  });
  return {
    events,
    event<T extends EventType>(type: T, callId?: string) {
      return new Promise<Extract<AnyEvent, { type: T }>>((resolve) => {
        const offer = (event: AnyEvent) => {
          if (event.type !== type || (callId !== undefined && event.data.callId !== callId)) return;
          waiting.delete(offer);
          resolve(event as Extract<AnyEvent, { type: T }>);
        };
        waiting.add(offer);
        for (const event of events) offer(event);
      });
    },
  };
}
