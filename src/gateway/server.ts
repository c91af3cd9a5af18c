import { createServer, type RequestListener, type Server } from 'node:http';
import type { Registry } from 'prom-client';
import type { Contexts } from '../adapters/context/contexts.ts';
import type { EventBus } from '../adapters/event-bus.ts';
import type { Feed } from '../adapters/feed.ts';
import type { Config } from '../config/schema.ts';
import type { Desk } from '../desk/desk.ts';
import { mountDesk } from '../desk/mount-desk.ts';
import type { Logger } from '../log/logger.ts';
import type { Analyser } from '../pipeline/analysis.ts';
import type { Clock } from '../protocol/clock.ts';
import { CLOSE_CODES } from '../protocol/close-codes.ts';
import { TonewireError } from '../protocol/errors.ts';
import type { AnyEvent } from '../protocol/events.ts';
import { Authenticator } from './auth.ts';
import type { Calls } from './calls.ts';
import { ConnectionSlots } from './connection-slots.ts';
import { EVENTS_PATH, type FeedTiming, feedUpgrade } from './feed-endpoints.ts';
import { httpApp } from './http-app.ts';
import { httpRouters } from './http-routers.ts';
import { listen } from './listen.ts';
import { LocalCalls } from './local-calls.ts';
import { GatewayMetrics, type OtherMetrics } from './metrics.ts';
import { SenderRates } from './overload/sender-rates.ts';
import type { SessionContext } from './session.ts';
import { appSource } from './sources/app.ts';
import type { Source } from './sources/source.ts';
import { twilioGateway } from './sources/twilio-gateway.ts';
import { UpgradeDoor } from './upgrade.ts';

export interface ServerOptions {
  readonly config: Config;
  /** Hears the calls of this process. Absent where other processes carry them. */
  readonly analyser?: Analyser | undefined;
  /** The calls of other processes, and what those count. */
  readonly elsewhere?: { readonly calls: Calls; readonly metrics: OtherMetrics } | undefined;
  readonly bus: EventBus;
  /** Absent when the feed is switched off. */
  readonly feed: Feed | undefined;
  /** Who may do what; shared where somebody else must admit requests too. Default: one of its own. */
  readonly auth?: Authenticator;
  /** Absent when context.enabled is false. */
  readonly contexts?: Contexts | undefined;
  /** Absent when desk.enabled is false. */
  readonly desk?: Desk | undefined;
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
  /** What every session shares; absent where other processes carry the calls. */
  readonly context: SessionContext | undefined;
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
  const slots = new ConnectionSlots(config.limits);
  const metrics = new GatewayMetrics(options.registry, {
    connections: () => slots.open,
    unauthenticated: () => slots.strangers,
    calls: () => calls.running,
    parked: () => calls.parked,
    overloaded: () => calls.unready === 'overloaded',
    subscribers: () => feed?.subscriberCount ?? 0,
  });
  const calls = callsOf(options, metrics);
  const context = calls instanceof LocalCalls ? calls.context : undefined;
  const auth = options.auth ?? new Authenticator(config, clock);
  const isDraining = () => calls.draining;
  const unready = () => calls.unready ?? (slots.full ? 'at capacity' : undefined);
  const events = { feed, auth, slots, isDraining, timing: options.feedTiming };

  const sources: Source[] = [appSource(auth)];
  const routers = httpRouters({ config, auth, feed: events, contexts: options.contexts, unready });
  if (config.twilio.enabled) {
    const twilio = twilioGateway({ config, metrics, logger, clock, intake: calls.transcripts });
    sources.push(twilio.source);
    routers.push(twilio.router);
  }
  const routes = new Map(sources.map((source) => [source.path, calls.route(source)]));
  routes.set(EVENTS_PATH, feedUpgrade(events));
  if (options.desk) mountDesk(options.desk, { routers, routes, auth, context, clock });

  const { maxMessageBytes } = config.limits;
  const rates = new SenderRates(config.overload, clock);
  const door = new UpgradeDoor({ routes, slots, rates, metrics, isDraining, maxMessageBytes });
  const serveMetrics = config.metrics.enabled;
  const app = httpApp({ routers, metrics, serveMetrics, unready, logger });
  const close = async () => {
    await calls.close();
    await door.close(CLOSE_CODES.goingAway);
  };
  return { app, upgrade: door.knock, context, open: auth.open, drain: () => calls.drain(), close };
}

function callsOf(options: ServerOptions, metrics: GatewayMetrics): Calls {
  const { analyser, elsewhere } = options;
  if (elsewhere) {
    metrics.include(elsewhere.metrics);
    return elsewhere.calls;
  }
  if (!analyser) throw new TonewireError('TW_INTERNAL', 'Nobody hears the calls.');
  const publish = (event: AnyEvent) => options.bus.publish(event);
  return new LocalCalls({ ...options, analyser, metrics, publish });
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

function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
