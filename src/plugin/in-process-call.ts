import { randomUUID } from 'node:crypto';
import { Deinterleaver } from '../gateway/deinterleave.ts';
import { Session, type SessionContext } from '../gateway/session.ts';
import type { SessionReply } from '../gateway/sources/source.ts';
import type { Encoding, SampleRateHz } from '../protocol/app-protocol.ts';
import { TonewireError } from '../protocol/errors.ts';
import type { AnyEvent } from '../protocol/events.ts';
import type { Leg } from '../protocol/labels.ts';
import type { Consent } from '../protocol/messages.ts';
import { EventHub } from '../sdk/event-hub.ts';
import type { CallTotals, StreamNotices } from '../sdk/stream.ts';
import { type Audio, SAMPLE_BYTES, wireBytes } from '../sdk/wire-audio.ts';

export interface InProcessCallOptions {
  readonly audio?: {
    /** Default: pcm_s16le. */
    readonly encoding?: Encoding;
    /** Default: 16000. */
    readonly sampleRateHz?: SampleRateHz;
    /** Two are interleaved. Default: 1. */
    readonly channels?: 1 | 2;
  };
  /** Whose voice each channel carries. Default: customer, then agent. */
  readonly legs?: readonly Leg[];
  readonly callId?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly consent?: Consent;
}

const DEFAULT_LEGS: readonly Leg[] = ['customer', 'agent'];
const MAX_QUEUED_EVENTS = 1000;

/** A call whose audio comes from the same process: what the client's stream is, without a socket. */
export class InProcessCall implements AsyncIterable<AnyEvent>, AsyncDisposable {
  readonly callId: string;
  readonly #encoding: Encoding;
  readonly #legs: readonly Leg[];
  readonly #channels: Deinterleaver;
  readonly #session: Session;
  readonly #hub = new EventHub(MAX_QUEUED_EVENTS, () => undefined);
  readonly #totals: Promise<CallTotals>;
  #settle: { resolve(totals: CallTotals): void; reject(cause: unknown): void } | undefined;

  /** Throws what the gateway would refuse the call with. */
  constructor(context: SessionContext, options: InProcessCallOptions) {
    const { encoding = 'pcm_s16le', sampleRateHz = 16_000, channels = 1 } = options.audio ?? {};
    this.callId = options.callId ?? randomUUID();
    this.#encoding = encoding;
    this.#legs = options.legs ?? DEFAULT_LEGS.slice(0, channels);
    this.#channels = new Deinterleaver(channels, SAMPLE_BYTES[encoding]);
    this.#totals = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Whoever calls `end` gets the failure; nobody has to.
    this.#totals.catch(() => undefined);
    this.#session = new Session(context, false, (reply) => this.#hear(reply));
    this.#session.handle({
      type: 'start',
      callId: this.callId,
      source: 'in-process',
      legs: this.#legs.map((leg) => ({ leg, format: { encoding, sampleRateHz } })),
      metadata: options.metadata ?? {},
      consent: options.consent ?? 'unknown',
    });
  }

  /** Listens until the returned function is called. The same listener is kept once. */
  on<N extends Exclude<keyof StreamNotices, 'reconnecting' | 'resumed'>>(
    name: N,
    listener: (value: StreamNotices[N]) => void,
  ): () => void {
    return this.#hub.on(name, listener);
  }

  [Symbol.asyncIterator](): AsyncGenerator<AnyEvent, void, undefined> {
    return this.#hub.read();
  }

  /** Resolves when the analysis has caught up far enough: waiting for it is the back-pressure. */
  async send(audio: Audio): Promise<void> {
    const bytes = wireBytes(audio, this.#encoding);
    // A copy: what waits for the model must not change when the caller uses its array again.
    this.#channels.split(bytes.slice()).forEach((samples, channel) => {
      const leg = this.#legs[channel] ?? 'customer';
      this.#session.handle({ type: 'audio', leg, bytes: samples });
    });
    while (this.#session.settling) await this.#session.settling;
  }

  /** Ends the call and brings its totals. Rejects with what it failed with. */
  end(): Promise<CallTotals> {
    void this.#session.end('stopped');
    return this.#totals;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end().catch(() => undefined);
  }

  #hear(reply: SessionReply): void {
    if (reply.type === 'event') {
      this.#hub.event(reply.event);
    } else if (reply.type === 'session.ended') {
      const totals = { ...reply.totals, reason: reply.reason };
      this.#settle?.resolve(totals);
      this.#hub.tell('ended', totals);
      this.#hub.finish();
    } else if (reply.type === 'failed') {
      this.#settle?.reject(reply.error);
      this.#hub.tell('failed', reply.error);
      this.#hub.finish(reply.error);
    }
  }
}

/** The calls of this process; other processes' cannot be reached from here. */
export function requireContext(context: SessionContext | undefined): SessionContext {
  if (context) return context;
  throw new TonewireError(
    'TW_NOT_CONFIGURED',
    'Calls run in worker processes; a call of this process needs workers switched off.',
  );
}
