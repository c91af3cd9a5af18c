import type { Config } from '../config/schema.ts';
import { SLICE_MS, waitThresholdMs } from '../config/waiting-sender.ts';
import { errorFields, type Logger } from '../log/logger.ts';
import type { Analyser, GapCause, LegEvent } from '../pipeline/analysis.ts';
import type { Clock } from '../protocol/clock.ts';
import { TonewireError, toTonewireError } from '../protocol/errors.ts';
import type { AnyEvent, EventData, EventType } from '../protocol/events.ts';
import type { Leg } from '../protocol/labels.ts';
import { CallTranscripts } from './call-transcripts.ts';
import { decideLeg } from './leg-policy.ts';
import type { GatewayMetrics } from './metrics.ts';
import type { ResumableCalls } from './resumable-calls.ts';
import { SessionEvents } from './session-events.ts';
import { type LegSummary, SessionLeg } from './session-leg.ts';
import { PERMITS, type SessionState } from './session-state.ts';
import type { Sessions } from './sessions.ts';
import type { AudioMessage, SessionReply, SourceMessage, StartMessage } from './sources/source.ts';

const NOTHING = new Uint8Array(0);

/** What every session of a gateway shares. */
export interface SessionContext {
  readonly config: Config;
  readonly analyser: Analyser;
  readonly sessions: Sessions;
  readonly resumable: ResumableCalls;
  readonly publish: (event: AnyEvent) => void;
  readonly metrics: GatewayMetrics;
  readonly logger: Logger;
  readonly clock: Clock;
  /** The name of this process, where calls run in several: a resume token leads back to it. */
  readonly worker?: string | undefined;
}

/**
 * One call: takes its source's messages in order, keeps one leg per speaker, and turns what the
 * legs say into the call's events. Whatever fails here ends this call and no other.
 */
export class Session {
  readonly #context: SessionContext;
  readonly #live: boolean;
  readonly #reply: (reply: SessionReply) => void;
  readonly #events: SessionEvents;
  readonly #legs = new Map<Leg, SessionLeg>();
  /** Made by the first line that comes: most calls have none. */
  #transcripts: CallTranscripts | undefined;
  #logger: Logger;
  #call: StartMessage | undefined;
  #state: SessionState = { name: 'waiting' };

  /** `live`: the sender cannot be made to wait. */
  constructor(context: SessionContext, live: boolean, reply: (reply: SessionReply) => void) {
    this.#context = context;
    this.#live = live;
    this.#reply = reply;
    this.#events = new SessionEvents(context.clock);
    this.#logger = context.logger;
  }

  get started(): boolean {
    return this.#call !== undefined;
  }

  /** While a flush or a backlog is being answered: when it will be. The sender should wait. */
  get settling(): Promise<void> | undefined {
    return this.#state.name === 'settling' ? this.#state.done : undefined;
  }

  /** How the call was announced; undefined before. */
  get call(): StartMessage | undefined {
    return this.#call;
  }

  /**
   * Where the audio goes on after a lost socket, in samples on the legs' clock. The sender still has
   * it from `fromSamples` on, or follows on; what lies between is a gap.
   */
  resumeAt(fromSamples = 0): number {
    const legs = [...this.#legs.values()];
    const heardSamples = Math.max(0, ...legs.map((leg) => leg.positionSamples));
    if (this.#state.name === 'ending' || this.#state.name === 'ended') return heardSamples;
    const positionSamples = Math.max(heardSamples, fromSamples);
    for (const leg of legs) {
      leg.hear({ type: 'audio', leg: leg.leg, bytes: NOTHING, positionSamples }, 'disconnected');
    }
    return positionSamples;
  }

  /** Takes the next message of the call. Throws TW_OUT_OF_ORDER, or whatever the message ran into. */
  handle(message: SourceMessage): void {
    switch (PERMITS[this.#state.name][message.type]) {
      case 'take':
        this.#take(message);
        break;
      case 'hold':
        if (this.#state.name === 'settling') this.#state.held.push(message);
        break;
      case 'refuse':
        throw new TonewireError(
          'TW_OUT_OF_ORDER',
          `A call that is ${this.#state.name} takes no "${message.type}".`,
        );
      case 'ignore':
        break;
    }
  }

  /** Answers everything heard, says `call.ended`, and lets go. Safe to call in any state, any number of times. */
  async end(reason: string): Promise<void> {
    const state = this.#state;
    if (state.name !== 'settling') return this.#finish(reason, undefined);
    // What was heard before the end is still answered.
    state.held.push({ type: 'stop', reason });
    await state.done;
    return this.end(reason);
  }

  /** Ends the call because of an error, which its source is told instead of the totals. */
  fail(error: TonewireError): Promise<void> {
    this.#context.metrics.failed(error.code);
    // Before a start it is a stranger's doing, and strangers must not fill the log.
    if (this.started) this.#logger.warn('call failed', errorFields(error));
    else this.#logger.debug('socket failed before a start', errorFields(error));
    return this.#finish(error.code, error);
  }

  #take(message: SourceMessage): void {
    switch (message.type) {
      case 'start':
        this.#start(message);
        break;
      case 'audio':
        this.#audio(message);
        break;
      case 'dtmf':
        this.#context.metrics.dtmf();
        break;
      case 'mark':
        break;
      case 'transcript':
        this.#transcripts ??= new CallTranscripts(this.#context);
        this.#transcripts.take(message, this.#legs.get(message.leg));
        break;
      case 'pause':
        this.#state = { name: 'paused' };
        break;
      case 'flush':
        this.#flush(message.id);
        break;
      case 'stop':
        void this.end(message.reason);
        break;
      default:
        // The compiler stops here when a kind of message is added and not handled.
        message satisfies never;
    }
  }

  #start(start: StartMessage): void {
    const { analyser, config, sessions, metrics } = this.#context;
    const { callId, source, vendorCallId, consent, metadata } = start;
    sessions.admit(callId, this);
    this.#call = start;
    metrics.callStarted(source);
    // Not the call's id: an app chooses it, and may choose a telephone number.
    this.#logger = this.#logger.child({ sessionId: this.#events.sessionId, source, vendorCallId });
    this.#state = { name: 'running' };
    for (const { leg, format } of start.legs) {
      const decision = decideLeg(leg, start.consent, config.analysis);
      const emit = (output: LegEvent) => this.#say(callId, leg, output);
      this.#legs.set(leg, new SessionLeg(leg, format, decision, analyser, config.alerts, emit));
    }
    const legs = [...this.#legs.values()].map((leg) => leg.notice);
    const model = analyser.modelId;
    this.#logger.info('call started', { legs: legs.length, consent });
    this.#reply({ type: 'session.started', callId, legs, model });
    this.#publish('call.started', { callId, source, legs, consent, metadata, model });
  }

  #audio(message: AudioMessage): void {
    const leg = this.#legs.get(message.leg);
    if (leg === undefined) {
      throw new TonewireError('TW_OUT_OF_ORDER', 'Audio for a leg that start did not announce.');
    }
    const paused = this.#state.name === 'paused';
    if (paused) this.#state = { name: 'running' };
    const cause = paused ? 'paused' : 'missing';
    if (this.#live) this.#hear(leg, message, cause);
    else this.#hearPatiently(leg, message, cause);
  }

  #hear(leg: SessionLeg, message: AudioMessage, cause: GapCause): void {
    this.#context.metrics.audio(this.#call?.source ?? '', leg.analysed, message.bytes.length);
    leg.hear(message, cause);
  }

  /** Hears a chunk slice by slice; once the leg is behind, the rest waits until it has caught up. */
  #hearPatiently(leg: SessionLeg, message: AudioMessage, cause: GapCause): void {
    const waitMs = waitThresholdMs(this.#context.config.limits.maxBufferedAudioMs);
    const rest: SourceMessage[] = [];
    for (const slice of leg.slices(message, SLICE_MS)) {
      if (leg.pendingMs > waitMs) rest.push(slice);
      else this.#hear(leg, slice, cause);
    }
    if (leg.pendingMs > waitMs) this.#settle(leg.drained(), rest);
  }

  #flush(id: string | undefined): void {
    const flushed = Promise.all([...this.#legs.values()].map((leg) => leg.flush())).then(() => {
      this.#reply({ type: 'session.flushed', ...(id !== undefined && { id }) });
    });
    this.#settle(flushed, []);
  }

  /** Holds what comes until `settled`, then takes it in order; that may settle anew. */
  #settle(settled: Promise<void>, held: SourceMessage[]): void {
    const done = settled
      .then(() => {
        if (this.#state.name !== 'settling') return;
        this.#state = { name: 'running' };
        for (const message of held) this.handle(message);
      })
      .catch((cause: unknown) => void this.fail(toTonewireError(cause)));
    this.#state = { name: 'settling', held, done };
  }

  #finish(reason: string, error: TonewireError | undefined): Promise<void> {
    const state = this.#state;
    if (state.name === 'ended') return Promise.resolve();
    if (state.name === 'ending') return state.done;
    const pending = state.name === 'settling' ? state.done : Promise.resolve();
    // Deaf from here on: what still comes is ignored while the legs answer.
    const done = this.#wrapUp(reason, error, pending).catch((cause) => this.#abandon(cause));
    this.#state = { name: 'ending', done };
    return done;
  }

  async #wrapUp(
    reason: string,
    error: TonewireError | undefined,
    pending: Promise<void>,
  ): Promise<void> {
    await pending;
    let failure = error;
    const onFailure = (cause: unknown) => {
      failure ??= toTonewireError(cause);
      this.#logger.error('leg failed', errorFields(cause));
    };
    const legs = await Promise.all([...this.#legs.values()].map((leg) => leg.end(onFailure)));
    this.#state = { name: 'ended' };
    const call = this.#call;
    if (call) this.#sayEnded(call, failure?.code ?? reason, legs, failure !== undefined);
    if (failure) this.#reply({ type: 'failed', error: failure });
  }

  /** Summing up failed: the call is over all the same, its id is free, and its socket closes. */
  #abandon(cause: unknown): void {
    this.#state = { name: 'ended' };
    this.#logger.error('call could not be summed up', errorFields(cause));
    if (this.#call) {
      this.#context.sessions.release(this.#call.callId, this);
      this.#context.metrics.callEnded(this.#call.source, true);
    }
    this.#reply({ type: 'failed', error: toTonewireError(cause) });
  }

  #sayEnded(call: StartMessage, reason: string, legs: LegSummary[], failed: boolean): void {
    const { callId, source } = call;
    const durationMs = Math.max(0, ...[...this.#legs.values()].map((leg) => leg.positionMs));
    // A call whose legs could not be opened was never announced.
    if (this.#events.count > 0) this.#publish('call.ended', { callId, reason, durationMs, legs });
    this.#context.sessions.release(callId, this);
    this.#context.metrics.callEnded(source, failed);
    this.#logger.info('call ended', { reason, durationMs });
    if (failed) return;
    const totals = { durationMs, events: this.#events.count, legs: legs.map(withoutReadings) };
    this.#reply({ type: 'session.ended', callId, reason, totals });
  }

  /** Adds which call and leg it is to what a leg said. */
  #say(callId: string, leg: Leg, output: LegEvent): void {
    if (output.type === 'audio.gap') {
      const { cause, span } = output.data;
      this.#context.metrics.gap(cause, span.endMs - span.startMs);
    }
    const data = { callId, leg, ...output.data } as EventData<typeof output.type>;
    this.#publish(output.type, data);
  }

  #publish<T extends EventType>(type: T, data: EventData<T>): void {
    const event = this.#events.make(type, data);
    this.#context.metrics.event(type);
    this.#context.publish(event);
    this.#reply({ type: 'event', event });
  }
}

function withoutReadings({ leg, analysed, audioMs, speechMs, updates, gapMs }: LegSummary) {
  return { leg, analysed, audioMs, speechMs, updates, gapMs };
}
