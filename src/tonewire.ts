import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Counter, Registry } from 'prom-client';
import type { Adapter } from './adapters/adapter.ts';
import { AdapterHost } from './adapters/adapter-host.ts';
import { adapterCounters, registerAdapterGauges } from './adapters/adapter-metrics.ts';
import type { LineOutput } from './adapters/console.ts';
import { Contexts } from './adapters/context/contexts.ts';
import { createAdapters } from './adapters/create-adapters.ts';
import { EventBus } from './adapters/event-bus.ts';
import type { Feed } from './adapters/feed.ts';
import { Outbox } from './adapters/outbox/outbox.ts';
import { durableAdapters } from './config/durable-adapters.ts';
import type { Config } from './config/schema.ts';
import { IN_MEMORY } from './config/schema-store.ts';
import { Desk, type DeskOptions } from './desk/desk.ts';
import { Authenticator } from './gateway/auth.ts';
import { type ServerOptions, startServer, type TonewireServer } from './gateway/server.ts';
import { createLogger, type Logger } from './log/logger.ts';
import { PACKAGE_ROOT } from './package-root.ts';
import { createAnalyser, ModelAnalyser } from './pipeline/analyser.ts';
import type { Analyser } from './pipeline/analysis.ts';
import { registerSchedulerMetrics } from './pipeline/scheduler-metrics.ts';
import { type Clock, systemClock } from './protocol/clock.ts';
import { TonewireError } from './protocol/errors.ts';
import type { AnyEvent } from './protocol/events.ts';
import { openStore } from './store/open-store.ts';
import type { Store } from './store/store.ts';
import { labelledMetrics, registerWorkerMetrics } from './workers/worker-metrics.ts';
import { Workers } from './workers/workers.ts';

/** What a Tonewire is built on; each has a default that suits a program of its own. */
export interface TonewireParts {
  /** Default: JSON lines on standard error at `log.level`. */
  readonly logger?: Logger;
  readonly clock?: Clock;
  /** Where the console adapter prints, when it is switched on. Default: standard output. */
  readonly stdout?: LineOutput;
  /** Adapters of your own, beside those that the configuration asks for. */
  readonly adapters?: readonly Adapter[];
  /** Default: the model and engine of `analysis`. Whoever hands one in closes it. */
  readonly analyser?: Analyser;
}

/** A running Tonewire. */
export interface Tonewire {
  readonly port: number;
  /** Such as `http://127.0.0.1:8460`. */
  readonly url: string;
  /** Whether clients need no key: development on a loopback address. */
  readonly open: boolean;
  readonly modelId: string;
  /** Every event passes here, before any adapter has it. */
  readonly bus: EventBus;
  /** Absent when `adapters.feed.enabled` is false. */
  readonly feed: Feed | undefined;
  /** Refuses new calls, lets the running ones finish for `server.drainTimeoutMs`, delivers their events. */
  drain(): Promise<void>;
  /** Ends what still runs and lets go of everything. Safe to call again. */
  close(): Promise<void>;
}

/** How long adapters may take for the last events: a webhook's first attempt and a bit. */
const ADAPTER_DRAIN_MS = 5000;

/**
 * The stages, in order: logger → analyser (decode … model … readings) → bus → contexts → store →
 * adapters → desk → server. A call's audio enters at the server, is heard by the analyser, and leaves as
 * events on the bus, where the contexts add theirs.
 */
export function startTonewire(config: Config, parts: TonewireParts = {}): Promise<Tonewire> {
  return assemble(config, parts, startServer);
}

/** The stages without a port of their own: `serve` says where requests come from. */
export async function assemble(
  config: Config,
  parts: TonewireParts,
  serve: (options: ServerOptions) => Promise<TonewireServer>,
): Promise<Tonewire> {
  const clock = parts.clock ?? systemClock;
  const logger = parts.logger ?? createLogger(config.log.level, process.stderr, clock);
  const registry = new Registry();
  const bus = new EventBus(logger);
  /** What was opened lets go in the opposite order, also when a later stage does not open. */
  const opened: (() => unknown)[] = [];
  const release = once(async () => {
    for (const letGo of opened.reverse()) await letGo();
  });
  try {
    const heard = await openCalls(config, parts, { registry, bus, logger, clock, opened });
    const contexts = createContexts(config, registry);
    contexts?.follow(bus);
    const store = await openNeededStore(config, clock);
    opened.push(() => store?.close());
    const outbox = openNeededOutbox(config, store, clock, logger);
    opened.push(() => outbox?.close());
    const auth = new Authenticator(config, clock);
    const { all, feed } = createAdapters(config, {
      stdout: parts.stdout ?? process.stdout,
      admit: (request) => auth.admit(request, 'events'),
    });
    const adapters = [...all, ...(parts.adapters ?? [])];
    const counters = adapterCounters(registry);
    const { maxCalls } = config.limits;
    const lent = { bus, logger, clock, counters, maxCalls, outbox };
    const host = new AdapterHost({ adapters, ...lent });
    registerAdapterGauges(registry, host, clock);
    host.start();
    opened.push(() => host.stop(ADAPTER_DRAIN_MS));
    const edge = { config, bus, clock, logger, registry };
    const desk = openDesk({ ...edge, store });
    opened.push(() => desk?.close());
    const server = await serve({ ...edge, ...heard, feed, auth, contexts, desk });
    return running(server, heard.modelId, bus, feed, release);
  } catch (cause) {
    await release();
    throw cause;
  }
}

interface CallsParts {
  readonly registry: Registry;
  readonly bus: EventBus;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly opened: (() => unknown)[];
}

/** What hears the calls: an analyser in this process, or workers. */
async function openCalls(
  config: Config,
  parts: TonewireParts,
  { registry, bus, logger, clock, opened }: CallsParts,
): Promise<Pick<ServerOptions, 'analyser' | 'elsewhere'> & { readonly modelId: string }> {
  if (config.server.workers > 1) {
    if (parts.analyser) {
      const message = 'server.workers must be 1 where an analyser is handed in.';
      throw new TonewireError('TW_CONFIG_INVALID', message);
    }
    const publish = (event: AnyEvent) => bus.publish(event);
    const workers = await Workers.start({ config, publish, logger, clock });
    opened.push(() => workers.close());
    registerWorkerMetrics(registry, workers);
    const elsewhere = { calls: workers, metrics: () => labelledMetrics(workers) };
    return { elsewhere, modelId: workers.modelId };
  }
  const analyser = parts.analyser ?? (await loadAnalyser(config));
  if (parts.analyser === undefined) opened.push(() => analyser.close());
  if (analyser instanceof ModelAnalyser) registerSchedulerMetrics(registry, analyser.scheduler);
  return { analyser, modelId: analyser.modelId };
}

function running(
  server: TonewireServer,
  modelId: string,
  bus: EventBus,
  feed: Feed | undefined,
  release: () => Promise<void>,
): Tonewire {
  const { port, url, open } = server;
  const close = once(async () => {
    await server.close();
    await release();
  });
  const drain = once(async () => {
    await server.drain();
    // The adapters finish before the sockets go, so that subscribers get the last events too.
    await release();
  });
  return { port, url, open, modelId, bus, feed, drain, close };
}

function once(action: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= action();
    return done;
  };
}

/** Opened only where something is to be kept, so that every other start is as fast as before. */
async function openNeededStore(config: Config, clock: Clock): Promise<Store | undefined> {
  const { store, desk, history } = config;
  const kept = desk.enabled && history.enabled;
  if (store.path === IN_MEMORY && !kept) return undefined;
  return openStore({ ...store, clock, alone: true });
}

/** For durable adapters; the configuration has seen to it that there is a store. */
function openNeededOutbox(
  config: Config,
  store: Store | undefined,
  clock: Clock,
  logger: Logger,
): Outbox | undefined {
  if (!store || durableAdapters(config).length === 0) return undefined;
  return new Outbox({ ...config.outbox, store, clock, logger });
}

function openDesk({ store, ...options }: DeskOptions): Desk | undefined {
  const { desk, history } = options.config;
  if (!desk.enabled) return undefined;
  return new Desk({ ...options, store: history.enabled ? store : undefined });
}

/** The model and the engine that a configuration asks for. */
export function loadAnalyser({ analysis, limits }: Config): Promise<ModelAnalyser> {
  const model = findModelFolder(analysis.model);
  return createAnalyser({ ...analysis, model, maxGapFillMs: limits.maxGapFillMs });
}

/** A relative folder is looked for in the working directory, then in the package. */
export function findModelFolder(model: string): string {
  const here = resolve(model);
  const shipped = join(PACKAGE_ROOT, model);
  return !existsSync(here) && existsSync(shipped) ? shipped : here;
}

function createContexts({ context, limits }: Config, registry: Registry): Contexts | undefined {
  if (!context.enabled) return undefined;
  const evicted = new Counter({
    name: 'tonewire_contexts_evicted_total',
    help: 'Calls whose context was given up because more than limits.maxCalls had one.',
    registers: [registry],
  });
  return new Contexts(context, limits.maxCalls, evicted);
}
