import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Counter, Registry } from 'prom-client';
import type { Config } from '../config/schema.ts';
import { Authenticator } from '../gateway/auth.ts';
import { Handshakes } from '../gateway/handshakes.ts';
import { LocalCalls } from '../gateway/local-calls.ts';
import { GatewayMetrics } from '../gateway/metrics.ts';
import { appSource } from '../gateway/sources/app.ts';
import type { Source } from '../gateway/sources/source.ts';
import { twilioGateway } from '../gateway/sources/twilio-gateway.ts';
import { errorFields, type Logger } from '../log/logger.ts';
import type { ModelAnalyser } from '../pipeline/analyser.ts';
import { registerSchedulerMetrics } from '../pipeline/scheduler-metrics.ts';
import type { Clock } from '../protocol/clock.ts';
import { CLOSE_CODES } from '../protocol/close-codes.ts';
import { TonewireError } from '../protocol/errors.ts';
import type { Transcript } from '../protocol/messages.ts';
import { loadAnalyser } from '../tonewire.ts';
import { EventOutlet } from './event-outlet.ts';
import type { HandedSocket, MetricJson, WorkerReply } from './worker-messages.ts';

export interface CallWorkerOptions {
  readonly name: string;
  readonly config: Config;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Tells the primary; resolves when the channel has taken it. */
  readonly say: (reply: WorkerReply) => Promise<void>;
}

/** How often the primary is told how busy this worker is. */
const LOAD_MS = 500;

/** The stages of a worker: handed socket → handshake → connection → session → analyser → outlet. */
export class CallWorker {
  readonly #say: CallWorkerOptions['say'];
  readonly #logger: Logger;
  readonly #analyser: ModelAnalyser;
  readonly #registry = new Registry();
  readonly #outlet: EventOutlet;
  readonly #calls: LocalCalls;
  readonly #handshakes: Handshakes;
  readonly #sources: ReadonlyMap<string, Source>;
  readonly #reporting: NodeJS.Timeout;

  constructor(options: CallWorkerOptions, analyser: ModelAnalyser) {
    const { name, config, logger, clock, say } = options;
    this.#say = say;
    this.#logger = logger;
    this.#analyser = analyser;
    registerSchedulerMetrics(this.#registry, analyser.scheduler);
    const dropped = new Counter({
      name: 'tonewire_worker_events_dropped_total',
      help: 'Events that found no room on the way from a worker.',
      registers: [this.#registry],
    });
    this.#outlet = new EventOutlet({
      send: (events) => say({ type: 'events', events }),
      maxEvents: config.server.maxWorkerEvents,
      onDropped: () => dropped.inc(),
    });
    const metrics = new GatewayMetrics(this.#registry);
    const publish = this.#outlet.publish.bind(this.#outlet);
    this.#calls = new LocalCalls({ ...options, analyser, publish, metrics, worker: name });
    this.#handshakes = new Handshakes(config.limits.maxMessageBytes, ({ code }) =>
      metrics.refused(code),
    );
    const sources = [appSource(new Authenticator(config, clock))];
    if (config.twilio.enabled) {
      const intake = this.#calls.transcripts;
      sources.push(twilioGateway({ config, metrics, logger, clock, intake }).source);
    }
    this.#sources = new Map(sources.map((source) => [source.path, source]));
    this.#reporting = setInterval(() => this.#report(), LOAD_MS);
  }

  get modelId(): string {
    return this.#analyser.modelId;
  }

  /** Takes a socket that the primary let in. */
  accept({ id, path, head, principal }: HandedSocket, request: IncomingMessage, socket: Socket) {
    const source = this.#sources.get(path);
    socket.once('close', () => void this.#say({ type: 'closed', id }));
    socket.on('error', () => socket.destroy());
    if (source === undefined) {
      socket.destroy();
      return;
    }
    const slot = {
      authenticated: () => void this.#say({ type: 'authenticated', id }),
      release: () => undefined,
    };
    this.#handshakes.complete(request, socket, Buffer.from(head), (webSocket) =>
      this.#calls.accept(webSocket, source, slot, principal),
    );
  }

  /** Ends a call whose id another worker's call has. */
  refuse(callId: string): void {
    const message = 'A call with this id is running already.';
    const error = new TonewireError('TW_OUT_OF_ORDER', message);
    void this.#calls.context.sessions.find(callId)?.fail(error);
  }

  transcript(source: string, callId: string, line: Transcript): void {
    try {
      this.#calls.transcripts.take(source, callId, line);
    } catch (cause) {
      // The call ended while the line was on its way.
      this.#logger.debug('a transcript line came too late', errorFields(cause));
    }
  }

  async metrics(): Promise<MetricJson[]> {
    return this.#registry.getMetricsAsJSON();
  }

  async drain(): Promise<void> {
    await this.#calls.drain();
    await this.#outlet.flushed();
  }

  async close(): Promise<void> {
    clearInterval(this.#reporting);
    await this.#calls.close();
    await this.#outlet.flushed();
    await this.#handshakes.close(CLOSE_CODES.goingAway);
    await this.#analyser.close();
  }

  #report(): void {
    const { running, parked, gate } = this.#calls;
    const busyShare = gate.last.eventLoopBusyShare;
    void this.#say({ type: 'load', load: { running, parked, behind: gate.closed, busyShare } });
  }
}

/** Throws TW_MODEL_INVALID or TW_ENGINE_MISSING as `loadAnalyser` does. */
export async function startCallWorker(options: CallWorkerOptions): Promise<CallWorker> {
  return new CallWorker(options, await loadAnalyser(options.config));
}
