import type { RawData, WebSocket } from 'ws';
import type { Config } from '../config/schema.ts';
import { CLOSE_CODES } from '../protocol/close-codes.ts';
import { TonewireError, toTonewireError } from '../protocol/errors.ts';
import type { Principal } from './auth.ts';
import type { ConnectionSlot } from './connection-slots.ts';
import { RateLimit } from './rate-limit.ts';
import type { SessionContext } from './session.ts';
import { type LineListener, SessionLine } from './session-line.ts';
import type {
  DiscardReason,
  ResumeRequest,
  SessionReply,
  Source,
  SourceConversation,
  SourceMessage,
  SourceSocket,
} from './sources/source.ts';

/** Replies that may wait in a socket whose sender does not read them. */
const MAX_UNSENT_BYTES = 4 * 1024 * 1024;

/** What `ws` reports when a socket ends without a close frame: it was lost, nobody hung up. */
const LOST = 1006;

/** Before a valid start nobody needs more messages than a greeting, a start and a few pings. */
const MAX_MESSAGES_BEFORE_START = 32;

/**
 * One accepted socket: carries each message through its source into the call's session, and holds
 * the sender to the limits. Everything before a valid start is capped in bytes, messages and time.
 */
export class Connection implements SourceSocket, LineListener {
  readonly #socket: WebSocket;
  readonly #source: Source;
  readonly #context: SessionContext;
  readonly #limits: Config['limits'];
  readonly #slot: ConnectionSlot;
  readonly #conversation: SourceConversation;
  readonly #rate: RateLimit;
  readonly #startTimer: NodeJS.Timeout;
  #line: SessionLine;
  #idleTimer: NodeJS.Timeout | undefined;
  #durationTimer: NodeJS.Timeout | undefined;
  #paused = false;
  #bytesBeforeStart = 0;
  #messagesBeforeStart = 0;
  /** Nothing more is heard: the call failed or ended, or the socket is closing. */
  #deaf = false;

  constructor(
    socket: WebSocket,
    source: Source,
    principal: Principal,
    slot: ConnectionSlot,
    context: SessionContext,
  ) {
    this.#socket = socket;
    this.#source = source;
    this.#slot = slot;
    this.#context = context;
    this.#limits = context.config.limits;
    this.#rate = new RateLimit(this.#limits.maxMessagesPerSecond, context.clock);
    const calls = source.resumable ? context.resumable : undefined;
    this.#line = new SessionLine(context, source.live, this, calls);
    this.#conversation = source.connect(this, principal);
    // Attached at once: a vendor's first message may have arrived together with its upgrade.
    socket.on('message', (data, isBinary) => this.#hear(data, isBinary));
    socket.on('error', (cause) => this.#fail(socketError(cause)));
    socket.on('close', (code) => this.#closed(code));
    this.#startTimer = this.#failAfter(this.#limits.startTimeoutMs, 'TW_START_TIMEOUT');
  }

  /** Closes a socket whose call has not started; a running call is ended through its session. */
  goAway(): void {
    if (!this.#line.session.started)
      this.#close(CLOSE_CODES.goingAway, 'The server is going away.');
  }

  deliver(message: SourceMessage): void {
    this.#line.session.handle(message);
    // A start that follows the call's end is ignored, and must not set the timers anew.
    if (message.type === 'start' && this.#idleTimer === undefined) this.#authenticated();
  }

  resume(request: ResumeRequest): void {
    if (this.#line.session.started) {
      throw new TonewireError('TW_OUT_OF_ORDER', 'A call that has started cannot be resumed.');
    }
    this.#line = this.#context.resumable.claim(request.resumeToken, this);
    this.#authenticated();
    void this.#catchUp(request).catch((cause: unknown) => this.#fail(toTonewireError(cause)));
  }

  /** What came before the socket was lost may still be waiting; only then is it known where to go on. */
  async #catchUp(request: ResumeRequest): Promise<void> {
    const line = this.#line;
    while (line.session.settling) await line.session.settling;
    if (line.isHeardBy(this)) line.catchUp(request);
  }

  answer(reply: SessionReply): void {
    this.#conversation.reply(reply);
    if (reply.type === 'failed') {
      this.#close(reply.error.row.closeCode, reply.error.code);
    } else if (reply.type === 'session.ended') {
      const drained = reply.reason === 'drained';
      this.#close(drained ? CLOSE_CODES.goingAway : CLOSE_CODES.normal, reply.reason);
    }
  }

  takenOver(): void {
    const error = new TonewireError('TW_TAKEN_OVER');
    this.answer({ type: 'failed', error });
  }

  send(text: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(text);
    if (this.#socket.bufferedAmount > MAX_UNSENT_BYTES && !this.#deaf) {
      this.#fail(new TonewireError('TW_SLOW_CONSUMER'));
    }
  }

  countDiscarded(why: DiscardReason): void {
    this.#context.metrics.discarded(this.#source.name, why);
  }

  #hear(data: RawData, isBinary: boolean): void {
    if (this.#deaf) return;
    const bytes = toBuffer(data);
    try {
      this.#requireWithinLimits(bytes.length);
      if (isBinary) this.#conversation.binary(bytes);
      else this.#conversation.text(bytes);
    } catch (cause) {
      this.#fail(toTonewireError(cause));
      return;
    }
    this.#waitUntilSettled();
  }

  #requireWithinLimits(bytes: number): void {
    if (bytes > this.#limits.maxMessageBytes) throw new TonewireError('TW_MESSAGE_TOO_LARGE');
    if (!this.#rate.spend()) throw new TonewireError('TW_RATE_LIMITED');
    if (this.#line.session.started) {
      this.#idleTimer?.refresh();
      return;
    }
    this.#bytesBeforeStart += bytes;
    this.#messagesBeforeStart += 1;
    if (
      this.#bytesBeforeStart > this.#limits.maxUnauthenticatedBytes ||
      this.#messagesBeforeStart > MAX_MESSAGES_BEFORE_START
    ) {
      throw new TonewireError('TW_RATE_LIMITED', 'Too much was sent before a valid start.');
    }
  }

  #authenticated(): void {
    clearTimeout(this.#startTimer);
    this.#slot.authenticated();
    this.#idleTimer = setTimeout(() => this.#idle(), this.#limits.idleTimeoutMs);
    const leftMs = Math.max(0, this.#limits.maxCallDurationMs - this.#line.ageMs);
    this.#durationTimer = this.#failAfter(leftMs, 'TW_CALL_DURATION');
  }

  #idle(): void {
    if (this.#paused) this.#idleTimer?.refresh();
    else this.#fail(new TonewireError('TW_IDLE_TIMEOUT'));
  }

  #failAfter(timeoutMs: number, code: 'TW_START_TIMEOUT' | 'TW_CALL_DURATION'): NodeJS.Timeout {
    return setTimeout(() => this.#fail(new TonewireError(code)), timeoutMs);
  }

  /** Lets the sender wait, by not reading its socket, while the session is settling. */
  #waitUntilSettled(): void {
    const { settling } = this.#line.session;
    if (settling === undefined || this.#paused) return;
    this.#context.metrics.paused(this.#source.name);
    this.#paused = true;
    this.#socket.pause();
    void settling
      .then(() => {
        this.#resume();
        this.#waitUntilSettled();
      })
      .catch((cause: unknown) => this.#fail(toTonewireError(cause)));
  }

  #resume(): void {
    this.#paused = false;
    // The silence was of our own making.
    this.#idleTimer?.refresh();
    this.#socket.resume();
  }

  #fail(error: TonewireError): void {
    if (this.#deaf) return;
    this.#deaf = true;
    void this.#line.session.fail(error);
  }

  #close(code: number, reason: string): void {
    this.#deaf = true;
    // A paused socket would never see the other side's close frame.
    this.#resume();
    this.#socket.close(code, reason);
  }

  #closed(code: number): void {
    this.#deaf = true;
    for (const timer of [this.#startTimer, this.#idleTimer, this.#durationTimer]) {
      clearTimeout(timer);
    }
    this.#slot.release();
    this.#letGo(code === LOST || code === CLOSE_CODES.comingBack);
  }

  #letGo(lost: boolean): void {
    const line = this.#line;
    if (!line.isHeardBy(this)) return;
    line.release();
    const { resumable } = this.#context;
    if (lost && this.#source.resumable) resumable.park(line);
    else resumable.hangUp(line);
  }
}

function toBuffer(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}

/** What `ws` found wrong with the frames themselves; it has begun to close the socket already. */
function socketError(cause: Error): TonewireError {
  const name = 'code' in cause ? cause.code : undefined;
  if (name === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH')
    return new TonewireError('TW_MESSAGE_TOO_LARGE');
  return new TonewireError('TW_BAD_REQUEST', 'The WebSocket frames are malformed.', { cause });
}
