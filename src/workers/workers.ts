import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config/schema.ts';
import type { Principal } from '../gateway/auth.ts';
import type { Calls } from '../gateway/calls.ts';
import type { ConnectionSlot } from '../gateway/connection-slots.ts';
import type { Unready } from '../gateway/http-app.ts';
import { requestUrl } from '../gateway/request-url.ts';
import type { Source } from '../gateway/sources/source.ts';
import type { Knock, UpgradeRoute } from '../gateway/upgrade.ts';
import { errorFields, type Logger } from '../log/logger.ts';
import type { Clock } from '../protocol/clock.ts';
import { TonewireError } from '../protocol/errors.ts';
import { eventOfJson } from '../protocol/event-json.ts';
import type { AnyEvent } from '../protocol/events.ts';
import type { Transcript } from '../protocol/messages.ts';
import { LiveCalls } from './live-calls.ts';
import type { MetricJson } from './worker-messages.ts';
import { WorkerProcess } from './worker-process.ts';

export interface WorkersOptions {
  readonly config: Config;
  readonly publish: (event: AnyEvent) => void;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Names the worker that a call to be resumed runs in: what its token has before the dot. */
export const RESUME_PARAMETER = 'resume';

/** A worker that ended is started again after this, then after twice as long, up to the longest. */
const SHORTEST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 10_000;
/** A worker that ran this long had started well: the next pause is short again. */
const STEADY_MS = 30_000;
/** Beyond what its calls may take. */
const CLOSE_TIMEOUT_MS = 10_000;

/**
 * The calls of a gateway, carried by processes of their own. This process keeps the port: it decides
 * who may come in and which worker is given the socket, and it publishes what the workers' calls say.
 */
export class Workers implements Calls {
  readonly modelId: string;
  readonly transcripts = { take: this.#takeLine.bind(this) };
  readonly #options: WorkersOptions;
  readonly #live: LiveCalls;
  readonly #processes: Map<string, WorkerProcess>;
  readonly counts = { restarts: 0, calls_lost: 0 };
  #draining = false;

  private constructor(
    options: WorkersOptions,
    live: LiveCalls,
    processes: Map<string, WorkerProcess>,
    modelId: string,
  ) {
    this.#options = options;
    this.#live = live;
    this.#processes = processes;
    this.modelId = modelId;
  }

  /** Starts `server.workers` of them. Throws what keeps a worker from starting. */
  static async start(options: WorkersOptions): Promise<Workers> {
    const live = new LiveCalls(options.clock);
    const names = Array.from({ length: options.config.server.workers }, (_, i) => String(i + 1));
    let onEvents: (name: string, events: readonly string[]) => void = () => undefined;
    const start = (name: string) =>
      new WorkerProcess({
        name,
        config: options.config,
        onEvents: (events) => onEvents(name, events),
      });
    const processes = new Map(names.map((name) => [name, start(name)]));
    try {
      const [modelId] = await Promise.all([...processes.values()].map(({ ready }) => ready));
      const workers = new Workers(options, live, processes, modelId!);
      onEvents = (name, events) => workers.#hear(name, events);
      for (const [name, { pid }] of processes) {
        options.logger.info('a worker is ready', { worker: name, pid });
        void workers.#keepRunning(name, start);
      }
      return workers;
    } catch (cause) {
      await Promise.all([...processes.values()].map((process) => process.close(0)));
      throw cause;
    }
  }

  get running(): number {
    return this.#live.count;
  }

  get parked(): number {
    return this.#all.reduce((sum, { load }) => sum + load.parked, 0);
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** Calls of each worker. */
  get runningByWorker(): ReadonlyMap<string, number> {
    return new Map(this.#all.map(({ name, load }) => [name, load.running]));
  }

  get unready(): Unready {
    if (this.#draining) return 'draining';
    const taking = this.#all.filter((worker) => worker.taking);
    if (taking.length === 0) return 'no worker';
    if (this.#full) return 'at capacity';
    return taking.every(({ load }) => load.behind) ? 'overloaded' : undefined;
  }

  route(source: Source): UpgradeRoute {
    return {
      authorize: async (request) => {
        const principal = await source.authorize(request);
        this.#requireRoom(request.url);
        return principal;
      },
      handOver: (knock, slot, principal) => this.#handOver(knock, slot, principal),
    };
  }

  /** Each worker's numbers. */
  async metrics(): Promise<ReadonlyMap<string, readonly MetricJson[]>> {
    const taking = this.#all.filter((worker) => worker.taking);
    const all = await Promise.all(
      taking.map(async (worker) => [worker.name, await worker.metrics()] as const),
    );
    return new Map(all);
  }

  async drain(): Promise<void> {
    this.#draining = true;
    const { drainTimeoutMs } = this.#options.config.server;
    await Promise.all(this.#all.map((worker) => worker.drain(drainTimeoutMs + CLOSE_TIMEOUT_MS)));
  }

  async close(): Promise<void> {
    this.#draining = true;
    await Promise.all(this.#all.map((worker) => worker.close(CLOSE_TIMEOUT_MS)));
  }

  get #all(): WorkerProcess[] {
    return [...this.#processes.values()];
  }

  /** A socket carries one call at most: with the sockets the calls are bounded, before they start. */
  get #full(): boolean {
    const sockets = this.#all.reduce((sum, worker) => sum + worker.sockets, 0);
    return sockets + this.parked >= this.#options.config.limits.maxCalls;
  }

  /** Whoever comes back to a call has its place already. */
  #requireRoom(url: string | undefined): void {
    if (url !== undefined && this.#resumed(url)) return;
    switch (this.unready) {
      case 'no worker':
        throw new TonewireError('TW_WORKER_LOST', 'No worker is ready; one is being started.');
      case 'at capacity':
        throw new TonewireError('TW_TOO_MANY_CONNECTIONS');
      case 'overloaded':
        throw new TonewireError('TW_OVERLOADED');
    }
  }

  #handOver(knock: Knock, slot: ConnectionSlot, principal: Principal): void {
    const worker = this.#resumed(requestUrl(knock.request).href) ?? this.#leastLoaded();
    worker.handOver(knock, slot, principal);
  }

  /** The worker of the call that this request is to resume. */
  #resumed(url: string): WorkerProcess | undefined {
    const name = new URL(url, 'http://gateway.invalid').searchParams.get(RESUME_PARAMETER);
    const worker = name === null ? undefined : this.#processes.get(name);
    return worker?.taking ? worker : undefined;
  }

  #leastLoaded(): WorkerProcess {
    const taking = this.#all.filter((worker) => worker.taking);
    const willing = taking.filter(({ load }) => !load.behind);
    const [best] = (willing.length > 0 ? willing : taking).sort(
      (a, b) => a.sockets - b.sockets || a.load.busyShare - b.load.busyShare,
    );
    if (best === undefined) throw new TonewireError('TW_WORKER_LOST');
    return best;
  }

  #hear(name: string, events: readonly string[]): void {
    for (const text of events) {
      const event = eventOfJson(text);
      const verdict = this.#live.follow(event, name);
      if (verdict === 'publish') this.#options.publish(event);
      else if (verdict === 'duplicate') this.#processes.get(name)?.refuse(event.data.callId);
    }
  }

  /** Says of the calls of a worker that ended that they have, and starts another in its place. */
  async #keepRunning(name: string, start: (name: string) => WorkerProcess): Promise<void> {
    const { logger, clock, publish } = this.#options;
    for (let pauseMs = SHORTEST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      const startedMs = clock.monotonicMs();
      await this.#processes.get(name)?.gone;
      const lost = this.#live.lost(name);
      this.counts.calls_lost += lost.length;
      for (const event of lost) publish(event);
      if (this.#draining) return;
      logger.error('a worker ended unexpectedly', { worker: name, calls: lost.length });
      if (clock.monotonicMs() - startedMs >= STEADY_MS) pauseMs = SHORTEST_PAUSE_MS;
      await delay(pauseMs, undefined, { ref: false });
      if (this.#draining) return;
      this.counts.restarts += 1;
      const process = start(name);
      this.#processes.set(name, process);
      process.ready.then(
        () => logger.info('a worker is ready', { worker: name, pid: process.pid }),
        (cause) => logger.error('a worker did not start', { worker: name, ...errorFields(cause) }),
      );
    }
  }

  #takeLine(source: string, callId: string, line: Transcript): void {
    const name = this.#live.workerOf(callId, source);
    const worker = name === undefined ? undefined : this.#processes.get(name);
    if (worker === undefined) throw new TonewireError('TW_UNKNOWN_CALL');
    worker.transcript(source, callId, line);
  }
}
