import { createServer, type RequestListener, type Server } from 'node:http';
import type { Registry } from 'prom-client';
import type { Contexts } from '../adapters/context/contexts.ts';
import type { EventBus } from '../adapters/event-bus.ts';
import type { Feed } from '../adapters/feed.ts';
import type { Config } from '../config/schema.ts';
import type { Logger } from '../log/logger.ts';
import type { Analyser } from '../pipeline/analysis.ts';
import type { Clock } from '../protocol/clock.ts';
import { CLOSE_CODES } from '../protocol/close-codes.ts';
import { Authenticator } from './auth.ts';
import { Connection } from './connection.ts';
import { ConnectionSlots } from './connection-slots.ts';
import { EVENTS_PATH, type FeedTiming, feedUpgrade } from './feed-endpoints.ts';
import { httpApp, type Unready } from './http-app.ts';
import { httpRouters } from './http-routers.ts';
import { listen } from './listen.ts';
import { GatewayMetrics } from './metrics.ts';
import { ResumableCalls } from './resumable-calls.ts';
import type { SessionContext } from './session.ts';
import { Sessions } from './sessions.ts';
import { appSource } from './sources/app.ts';
import type { Source } from './sources/source.ts';
import { twilioGateway } from './sources/twilio-gateway.ts';
import { TranscriptIntake } from './transcript-intake.ts';
import { UpgradeDoor, type UpgradeRoute } from './upgrade.ts';

export interface ServerOptions {
  readonly config: Config;
  readonly analyser: Analyser;
  readonly bus: EventBus;
  /** Absent when the feed is switched off. */
  readonly feed: Feed | undefined;
  /** Absent when context.enabled is false. */
  readonly contexts?: Contexts | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Where the metrics are registered, so that others may add theirs. Default: a registry of its own. */
  readonly registry?: Registry;
  /** Default: what suits proxies and slow readers. */
  readonly feedTiming?: FeedTiming;
}

export interface TonewireServer {
  readonly port: number;
  /** Such as `http://127.0.0.1:8460`. */
  readonly url: string;
  /** Whether clients need no key, as in development on a loopback address. */
  readonly open: boolean;
  /**
   * Refuses new calls, lets the running ones finish for `server.drainTimeoutMs`, then ends them.
   * When it resolves every event is on the bus: stop the adapters next, so that they deliver it.
   */
  drain(): Promise<void>;
  /** Ends what still runs, closes every socket, and stops listening. */
  close(): Promise<void>;
}

/** A client may take this long for its headers, and for a whole request; audio comes by WebSocket. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const TIMEOUT_CHECK_MS = 2000;

/** Beyond the WebSockets, so that a full gateway can still say that it is full. */
const SPARE_HTTP_CONNECTIONS = 200;

/** The gateway without its port: what answers requests and upgrades, wherever they arrive. */
export interface Gateway {
  readonly app: RequestListener;
  readonly upgrade: UpgradeDoor['knock'];
  /** What every session shares. */
  readonly context: SessionContext;
  readonly open: boolean;
  drain(): Promise<void>;
  close(): Promise<void>;
}

/** Starts the gateway: one port for HTTP and WebSocket. */
export async function startServer(options: ServerOptions): Promise<TonewireServer> {
  const { config, logger } = options;
  const { app, upgrade, open, drain, ...gateway } = createGateway(options);
  const http = httpServer(app, config.limits.maxConnections);
  http.on('upgrade', upgrade);
  const port = await listen(http, config.server, logger);
  logger.info('gateway listens', { port, open });
  const close = async () => {
    const closed = new Promise<void>((resolve) => http.close(() => resolve()));
    await gateway.close();
    http.closeAllConnections();
    await closed;
  };
  return { port, url: urlOf(config.server.host, port), open, drain, close };
}

/** One table of what answers where. */
export function createGateway(options: ServerOptions): Gateway {
  const { config, clock, logger, feed } = options;
  const sessions = new Sessions(config.limits.maxCalls);
  const slots = new ConnectionSlots(config.limits);
  const metrics = new GatewayMetrics(options.registry, {
    connections: () => slots.open,
    unauthenticated: () => slots.strangers,
    calls: () => sessions.count,
    parked: () => resumable.parked,
    subscribers: () => feed?.subscriberCount ?? 0,
  });
  const resumable = new ResumableCalls(config.limits, metrics);
  const publish = (event: Parameters<EventBus['publish']>[0]) => options.bus.publish(event);
  const context = { ...options, sessions, resumable, metrics, publish };
  const auth = new Authenticator(config, clock);
  const isDraining = () => sessions.draining;
  const events = { feed, auth, slots, isDraining, timing: options.feedTiming };

  const sources: Source[] = [appSource(auth)];
  const routers = httpRouters({ config, auth, feed: events, contexts: options.contexts });
  if (config.twilio.enabled) {
    const intake = new TranscriptIntake(sessions);
    const twilio = twilioGateway({ config, metrics, logger, clock, intake });
    sources.push(twilio.source);
    routers.push(twilio.router);
  }
  const connections = new Set<Connection>();
  const routes = new Map(
    sources.map((source) => [source.path, sourceUpgrade(source, context, connections)]),
  );
  routes.set(EVENTS_PATH, feedUpgrade(events));

  const { maxMessageBytes } = config.limits;
  const door = new UpgradeDoor({ routes, slots, metrics, isDraining, maxMessageBytes });
  const serveMetrics = config.metrics.enabled;
  const unready = () => whyUnready(sessions, slots);
  const app = httpApp({ routers, metrics, serveMetrics, unready, logger });
  const drain = async () => {
    resumable.close();
    const drained = sessions.drain(config.server.drainTimeoutMs);
    for (const connection of connections) connection.goAway();
    await drained;
  };
  const close = async () => {
    resumable.close();
    await sessions.drain(0);
    await door.close(CLOSE_CODES.goingAway);
  };
  return { app, upgrade: door.knock, context, open: auth.open, drain, close };
}

function httpServer(app: RequestListener, maxSockets: number): Server {
  const timing = {
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: TIMEOUT_CHECK_MS,
  };
  const http = createServer(timing, app);
  http.maxConnections = maxSockets + SPARE_HTTP_CONNECTIONS;
  return http;
}

function sourceUpgrade(
  source: Source,
  context: SessionContext,
  connections: Set<Connection>,
): UpgradeRoute {
  return {
    authorize: (request) => source.authorize(request),
    accept(socket, _request, slot, principal): void {
      const connection = new Connection(socket, source, principal, slot, context);
      connections.add(connection);
      socket.once('close', () => connections.delete(connection));
    },
  };
}

function whyUnready(sessions: Sessions, slots: ConnectionSlots): Unready {
  if (sessions.draining) return 'draining';
  return sessions.full || slots.full ? 'at capacity' : undefined;
}

function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
