import { CLOSE_CODES } from '../protocol/close-codes.ts';
import { TonewireError, toTonewireError } from '../protocol/errors.ts';
import type { AnyEvent, EventType } from '../protocol/events.ts';
import type { ClientMessage, ServerMessage } from '../protocol/messages.ts';
import { AudioSender } from './audio-sender.ts';
import { EventHub, type EventOf } from './event-hub.ts';
import { endFailure, mayResume, namedFailure } from './failures.ts';
import { Handshake } from './handshake.ts';
import { type Microphone, type MicrophoneOptions, openMicrophone } from './microphone.ts';
import {
  type ConnectOptions,
  type StreamSettings,
  startMessage,
  streamSettings,
} from './options.ts';
import { type Reconnecting, untilBack } from './reconnect.ts';
import type { ClientSocket, SocketEnd, WebSocketMaker } from './web-socket.ts';
import type { Audio } from './wire-audio.ts';

type Started = Extract<ServerMessage, { type: 'session.started' }>;
type Ended = Extract<ServerMessage, { type: 'session.ended' }>;
type Resumed = Extract<ServerMessage, { type: 'session.resumed' }>;

/** What `end` brings. */
export type CallTotals = Ended['totals'] & { readonly reason: string };

/** What can be listened to beside the events of the call. */
interface Notices {
  /** Any event of the call. */
  readonly event: AnyEvent;
  readonly reconnecting: Reconnecting;
  readonly resumed: { readonly lostEvents: number };
  readonly ended: CallTotals;
  /** The stream is over without totals. */
  readonly failed: unknown;
}
export type StreamNotices = { readonly [T in EventType]: EventOf<T> } & Notices;

/** A call that is being heard: audio in, events out, over as many sockets as it takes. */
export class EmotionStream implements AsyncIterable<AnyEvent>, AsyncDisposable {
  readonly #settings: StreamSettings;
  readonly #handshake: Handshake;
  readonly #sender: AudioSender;
  readonly #hub: EventHub;
  readonly #over = new AbortController();
  readonly #totals: Promise<CallTotals>;
  #settle: { resolve(totals: CallTotals): void; reject(cause: unknown): void } | undefined;
  #socket: ClientSocket | undefined;
  #started: Started | undefined;
  #refusal: TonewireError | undefined;
  #nextSequence = 0;
  #lostEvents = 0;
  #alive = true;

  private constructor(options: ConnectOptions, WebSocket: WebSocketMaker) {
    this.#settings = streamSettings(options);
    this.#handshake = new Handshake(WebSocket, options.token, this.#settings);
    this.#sender = new AudioSender(this.#settings, this.#over.signal);
    this.#hub = new EventHub(this.#settings.maxQueuedEvents, () => {
      this.#lostEvents += 1;
    });
    this.#totals = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Whoever calls `end` gets the failure; nobody has to.
    this.#totals.catch(() => undefined);
  }

  /** Opens a call. Throws the coded reason where that fails, or the signal's reason. */
  static async connect(options: ConnectOptions, WebSocket: WebSocketMaker): Promise<EmotionStream> {
    const stream = new EmotionStream(options, WebSocket);
    const { signal } = options;
    signal?.throwIfAborted();
    signal?.addEventListener('abort', () => stream.#finish(signal.reason), {
      signal: stream.#over.signal,
    });
    try {
      await stream.#open(startMessage(options, stream.#settings));
    } catch (cause) {
      stream.#finish(cause);
      throw cause;
    }
    stream.#keepAlive();
    return stream;
  }

  get callId(): string {
    return this.#started?.callId ?? '';
  }

  /** Which legs are analysed, and why the others are not. */
  get legs(): Started['legs'] {
    return this.#started?.legs ?? [];
  }

  get model(): string {
    return this.#started?.model ?? '';
  }

  /** Audio that was given to `send` and that the gateway has not confirmed. */
  get bufferedMs(): number {
    return this.#sender.bufferedMs;
  }

  /** Audio dropped here because the buffer was full; the gateway reports it as `audio.gap`. */
  get droppedMs(): number {
    return this.#sender.droppedMs;
  }

  /** Events that this client never saw: lost with a socket, or dropped for a slow `for await`. */
  get lostEvents(): number {
    return this.#lostEvents;
  }

  /** Listens until the returned function is called. The same listener is kept once. */
  on<N extends keyof StreamNotices>(
    name: N,
    listener: (value: StreamNotices[N]) => void,
  ): () => void {
    return this.#hub.on(name, listener);
  }

  /** The events of the call in order; ends with it, and throws what it failed with. */
  [Symbol.asyncIterator](): AsyncGenerator<AnyEvent, void, undefined> {
    return this.#hub.read();
  }

  /**
   * Sends audio in the format of the call; copies it. Resolves when there is room for more: waiting
   * for it is the back-pressure. Rejects with what the stream failed with, or TW_SEND_BUFFER_FULL.
   */
  send(audio: Audio): Promise<void> {
    return this.#sender.send(audio);
  }

  /** Sends what the microphone hears until it is stopped or the stream is over. Throws TW_MICROPHONE that says what helps. */
  async microphone(options: MicrophoneOptions = {}): Promise<Microphone> {
    const { sampleRateHz, channels, encoding } = this.#settings.audio;
    if (encoding !== 'pcm_s16le' || channels !== 1) {
      throw new TonewireError('TW_UNSUPPORTED_AUDIO', 'A microphone is one channel of pcm_s16le.');
    }
    const hear = (samples: Float32Array) => void this.send(samples).catch(() => undefined);
    return openMicrophone(sampleRateHz, hear, this.#over.signal, options);
  }

  /** Sends what is left, ends the call and brings its totals. Rejects with what the stream failed with. */
  end(): Promise<CallTotals> {
    this.#sender.end();
    return this.#totals;
  }

  /** `await using`: ends the call, whatever comes of it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.end().catch(() => undefined);
  }

  async #open(hello: ClientMessage): Promise<void> {
    this.#refusal = undefined;
    const socket = await this.#handshake.shake(hello, this.#over.signal, {
      onText: (text) => this.#hear(text),
      onEnd: (end) => this.#lost(end),
      refusal: () => this.#refusal,
    });
    this.#socket = socket;
    this.#alive = true;
    this.#sender.attach(socket);
  }

  #hear(text: string): void {
    this.#alive = true;
    let message: AnyEvent | ServerMessage;
    try {
      message = JSON.parse(text);
    } catch (cause) {
      this.#finish(toTonewireError(cause, 'TW_BAD_JSON'));
      return;
    }
    if ('specversion' in message) {
      this.#nextSequence = message.sequence + 1;
      this.#hub.event(message);
    } else {
      this.#answer(message);
    }
  }

  #answer(message: ServerMessage): void {
    switch (message.type) {
      case 'session.started':
        this.#started = message;
        this.#handshake.answered();
        break;
      case 'session.resumed':
        this.#goOn(message);
        this.#handshake.answered();
        break;
      case 'pong':
        this.#sender.confirmed(Number(message.id));
        break;
      case 'session.ended':
        this.#ended(message);
        break;
      case 'error':
        this.#refusal = namedFailure(message.code, message.message);
        break;
    }
  }

  #goOn({ positionSamples, lostEvents }: Resumed): void {
    this.#sender.rewind(positionSamples);
    this.#lostEvents += lostEvents;
    this.#hub.tell('resumed', { lostEvents });
  }

  #ended({ reason, totals }: Ended): void {
    const summed = { ...totals, reason };
    this.#settle?.resolve(summed);
    this.#hub.tell('ended', summed);
    this.#finish();
  }

  #lost(end: SocketEnd): void {
    this.#socket = undefined;
    this.#sender.detach();
    const reason = this.#refusal ?? endFailure(end);
    if (this.#refusal || !mayResume(end)) this.#finish(reason);
    else void this.#comeBack(reason);
  }

  async #comeBack(reason: TonewireError): Promise<void> {
    const { resumeToken, resumeWindowMs = 0 } = this.#started ?? {};
    const { reconnect } = this.#settings;
    if (resumeToken === undefined || reconnect === false) {
      this.#finish(reason);
      return;
    }
    const failure = await untilBack(reason, {
      ...reconnect,
      windowMs: resumeWindowMs,
      signal: this.#over.signal,
      attempt: () => this.#open(this.#resumeMessage(resumeToken)),
      onWait: (wait) => this.#hub.tell('reconnecting', wait),
    });
    if (failure) this.#finish(failure);
  }

  #resumeMessage(resumeToken: string): ClientMessage {
    const positionSamples = this.#sender.oldest;
    const nextSequence = this.#nextSequence;
    return { type: 'session.resume', resumeToken, positionSamples, nextSequence };
  }

  #keepAlive(): void {
    const timer = setInterval(() => {
      if (this.#socket === undefined) return;
      if (this.#alive) {
        this.#alive = false;
        this.#sender.ask();
        return;
      }
      this.#socket.abandon(CLOSE_CODES.comingBack);
      this.#lost({ code: CLOSE_CODES.comingBack, reason: 'no sign of life' });
    }, this.#settings.keepAliveMs);
    this.#over.signal.addEventListener('abort', () => clearInterval(timer));
  }

  #finish(failure?: unknown): void {
    if (this.#over.signal.aborted) return;
    const over = failure ?? new TonewireError('TW_OUT_OF_ORDER', 'The stream has ended.');
    this.#over.abort(over);
    this.#socket?.abandon(CLOSE_CODES.normal);
    this.#socket = undefined;
    this.#settle?.reject(over);
    if (failure !== undefined) this.#hub.tell('failed', failure);
    this.#hub.finish(failure);
  }
}
