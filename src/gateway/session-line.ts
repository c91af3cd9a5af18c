import { randomBytes } from 'node:crypto';
import type { Clock } from '../protocol/clock.ts';
import { TonewireError } from '../protocol/errors.ts';
import type { AnyEvent } from '../protocol/events.ts';
import type { ResumableCalls } from './resumable-calls.ts';
import { Session, type SessionContext } from './session.ts';
import type { ResumeRequest, SessionReply } from './sources/source.ts';

/** Whoever hears what a session answers: a connection, as long as its socket lives. */
export interface LineListener {
  answer(reply: SessionReply): void;
  /** Another listener has this session now. */
  takenOver(): void;
}

const TOKEN_BYTES = 32;

/**
 * A session and the line to whoever listens to it. The line outlives the socket: it keeps the last
 * events, so that a listener that comes back is told what it missed.
 */
export class SessionLine {
  readonly session: Session;
  /** As good as the call itself: whoever has it may go on in its place. */
  readonly resumeToken: string;
  readonly #clock: Clock;
  #startedMs = 0;
  readonly #calls: ResumableCalls | undefined;
  readonly #events: AnyEvent[] = [];
  readonly #maxEvents: number;
  #nextSequence = 0;
  /** How the call ended, for a listener that was away then. */
  #final: SessionReply | undefined;
  #listener: LineListener | undefined;
  /** A listener that comes back hears nothing new before it knows where it stands. */
  #held = false;

  /** `calls`: where the call can be taken up again; absent where its source knows no resuming. */
  constructor(
    context: SessionContext,
    live: boolean,
    listener: LineListener,
    calls: ResumableCalls | undefined,
  ) {
    const secret = randomBytes(TOKEN_BYTES).toString('base64url');
    this.resumeToken = context.worker === undefined ? secret : `${context.worker}.${secret}`;
    this.#clock = context.clock;
    this.#listener = listener;
    this.#calls = calls;
    this.#maxEvents = calls === undefined ? 0 : context.config.limits.maxResumeEvents;
    this.session = new Session(context, live, (reply) => this.#say(reply));
  }

  /** How long the call has been running, sockets or no sockets. */
  get ageMs(): number {
    return this.#clock.monotonicMs() - this.#startedMs;
  }

  isHeardBy(listener: LineListener): boolean {
    return this.#listener === listener;
  }

  /** Gives the line to this listener, who hears nothing before `catchUp`; whoever had it is told. */
  claim(listener: LineListener): void {
    const before = this.#listener;
    this.#listener = listener;
    this.#held = true;
    before?.takenOver();
  }

  /** The listener is gone. */
  release(): void {
    this.#listener = undefined;
    this.#held = false;
  }

  /** Says where the audio goes on, then what was missed; from here on the listener hears everything. */
  catchUp({ positionSamples, nextSequence = 0 }: ResumeRequest): void {
    const { call } = this.session;
    if (call === undefined) throw new TonewireError('TW_RESUME_UNKNOWN');
    const goOnSamples = this.session.resumeAt(positionSamples);
    const oldest = Math.max(nextSequence, this.#nextSequence - this.#events.length);
    const message = {
      type: 'session.resumed',
      callId: call.callId,
      positionSamples: goOnSamples,
      lostEvents: oldest - Math.min(nextSequence, this.#nextSequence),
    } as const;
    this.#held = false;
    this.#listener?.answer({ type: 'resumed', start: call, message });
    for (let sequence = oldest; sequence < this.#nextSequence; sequence += 1) {
      const event = this.#events[sequence % this.#maxEvents];
      if (event) this.#listener?.answer({ type: 'event', event });
    }
    if (this.#final) this.#listener?.answer(this.#final);
  }

  #say(reply: SessionReply): void {
    switch (reply.type) {
      case 'session.started':
        this.#startedMs = this.#clock.monotonicMs();
        this.#tell({ ...reply, ...this.#calls?.enter(this) });
        return;
      case 'event':
        this.#keep(reply.event);
        break;
      case 'session.ended':
      case 'failed':
        this.#final = reply;
        break;
    }
    this.#tell(reply);
  }

  #tell(reply: SessionReply): void {
    if (!this.#held) this.#listener?.answer(reply);
  }

  /** Sequence numbers have no holes, so an event's place in the ring is its number's. */
  #keep(event: AnyEvent): void {
    this.#nextSequence = event.sequence + 1;
    if (this.#maxEvents > 0) this.#events[event.sequence % this.#maxEvents] = event;
  }
}
