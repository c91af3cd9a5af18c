import type { WebSocket } from 'ws';
import type { Config } from '../config/schema.ts';
import type { Logger } from '../log/logger.ts';
import type { Analyser } from '../pipeline/analysis.ts';
import type { Clock } from '../protocol/clock.ts';
import type { AnyEvent } from '../protocol/events.ts';
import type { Principal } from './auth.ts';
import type { Calls } from './calls.ts';
import { Connection } from './connection.ts';
import type { ConnectionSlot } from './connection-slots.ts';
import type { Unready } from './http-app.ts';
import type { GatewayMetrics } from './metrics.ts';
import type { AdmissionGate } from './overload/admission-gate.ts';
import { watchOverload } from './overload/overload.ts';
import { ResumableCalls } from './resumable-calls.ts';
import type { SessionContext } from './session.ts';
import { Sessions } from './sessions.ts';
import type { Source } from './sources/source.ts';
import { TranscriptIntake } from './transcript-intake.ts';
import type { UpgradeRoute } from './upgrade.ts';

export interface LocalCallsOptions {
  readonly config: Config;
  readonly analyser: Analyser;
  readonly publish: (event: AnyEvent) => void;
  readonly metrics: GatewayMetrics;
  readonly logger: Logger;
  readonly clock: Clock;
  /** The name of this process, where calls run in several. */
  readonly worker?: string;
}

/** The calls of this process. */
export class LocalCalls implements Calls {
  /** What every session shares. */
  readonly context: SessionContext;
  readonly gate: AdmissionGate;
  readonly transcripts: TranscriptIntake;
  readonly #drainTimeoutMs: number;
  readonly #connections = new Set<Connection>();
  readonly #stopWatching: () => void;

  constructor(options: LocalCallsOptions) {
    const { config, analyser, metrics } = options;
    const sessions = new Sessions(config.limits.maxCalls);
    const resumable = new ResumableCalls(config.limits, metrics);
    this.context = { ...options, sessions, resumable };
    this.transcripts = new TranscriptIntake(sessions);
    this.#drainTimeoutMs = config.server.drainTimeoutMs;
    const { gate, stop } = watchOverload({
      ...options,
      limits: config.overload,
      model: () => analyser.load,
      calls: () => sessions.count,
    });
    this.gate = gate;
    this.#stopWatching = stop;
  }

  get running(): number {
    return this.context.sessions.count;
  }

  get parked(): number {
    return this.context.resumable.parked;
  }

  get draining(): boolean {
    return this.context.sessions.draining;
  }

  get unready(): Unready {
    if (this.draining) return 'draining';
    if (this.context.sessions.full) return 'at capacity';
    return this.gate.closed ? 'overloaded' : undefined;
  }

  route(source: Source): UpgradeRoute {
    return {
      authorize: async (request) => {
        const principal = await source.authorize(request);
        this.gate.requireOpen();
        return principal;
      },
      accept: (socket, _request, slot, principal) => this.accept(socket, source, slot, principal),
    };
  }

  /** Takes a socket over; attaches its listeners at once. */
  accept(socket: WebSocket, source: Source, slot: ConnectionSlot, principal: Principal): void {
    const connection = new Connection(socket, source, principal, slot, this.context);
    this.#connections.add(connection);
    socket.once('close', () => this.#connections.delete(connection));
  }

  async drain(): Promise<void> {
    this.context.resumable.close();
    const drained = this.context.sessions.drain(this.#drainTimeoutMs);
    for (const connection of this.#connections) connection.goAway();
    await drained;
  }

  /** Its sockets belong to the door, which closes them. */
  async close(): Promise<void> {
    this.#stopWatching();
    this.context.resumable.close();
    await this.context.sessions.drain(0);
  }
}
