import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TonewireError } from '../../protocol/errors.ts';
import { eventJson } from '../../protocol/event-json.ts';
import type { Leg } from '../../protocol/labels.ts';
import {
  type Encoding,
  SAMPLE_RATES_HZ,
  type ServerMessage,
  type SessionStart,
} from '../../protocol/messages.ts';
import { parseClientMessage } from '../../protocol/validate.ts';
import type { Authenticator, Principal } from '../auth.ts';
import { Deinterleaver } from '../deinterleave.ts';
import type {
  SessionReply,
  Source,
  SourceConversation,
  SourceLeg,
  SourceSocket,
} from './source.ts';

export const APP_STREAM_PATH = '/v1/stream';

const SAMPLE_BYTES: Readonly<Record<Encoding, number>> = { pcm_s16le: 2, mulaw: 1, alaw: 1 };

/** Whose voice a channel carries when the client does not say. */
const DEFAULT_LEGS: readonly Leg[] = ['customer', 'agent'];

/** Tonewire's own protocol `tonewire.v1` over `/v1/stream`, for apps and browsers. */
export function appSource(auth: Authenticator): Source {
  return {
    name: 'app',
    path: APP_STREAM_PATH,
    live: false,
    resumable: true,
    authorize: (request: IncomingMessage) => auth.admit(request, 'stream'),
    connect: (socket, principal) => new AppConversation(socket, principal),
  };
}

const NOTHING = new Uint8Array(0);

class AppConversation implements SourceConversation {
  readonly #socket: SourceSocket;
  readonly #principal: Principal;
  #legs: readonly Leg[] = [];
  #channels: Deinterleaver | undefined;
  #sampleBytes = 1;
  /** Where the next audio lies on the legs' clock. */
  #positionSamples = 0;

  constructor(socket: SourceSocket, principal: Principal) {
    this.#socket = socket;
    this.#principal = principal;
  }

  text(bytes: Buffer): void {
    const message = parseClientMessage(bytes.toString('utf8'));
    switch (message.type) {
      case 'session.start':
        this.#start(message);
        break;
      case 'session.resume':
        this.#socket.resume(message);
        break;
      case 'audio.skip':
        this.#skip(message.samples);
        break;
      case 'session.flush':
        this.#socket.deliver({ type: 'flush', ...idOf(message) });
        break;
      case 'transcript':
        this.#requireLeg(message.leg);
        this.#socket.deliver(message);
        break;
      case 'session.end':
        this.#socket.deliver({ type: 'stop', reason: 'stopped' });
        break;
      case 'ping':
        this.#send({ type: 'pong', ...idOf(message) });
        break;
    }
  }

  binary(bytes: Uint8Array): void {
    const channels = this.#requireChannels().split(bytes);
    this.#positionSamples += (channels[0]?.length ?? 0) / this.#sampleBytes;
    channels.forEach((samples, channel) => {
      const leg = this.#legs[channel] ?? 'customer';
      this.#socket.deliver({ type: 'audio', leg, bytes: samples });
    });
  }

  reply(reply: SessionReply): void {
    if (reply.type === 'event') {
      this.#socket.send(eventJson(reply.event));
    } else if (reply.type === 'resumed') {
      this.#hearFrom(reply.start.legs);
      this.#positionSamples = reply.message.positionSamples;
      this.#send(reply.message);
    } else if (reply.type === 'failed') {
      const { code, message } = reply.error;
      this.#send({ type: 'error', code, message });
    } else {
      this.#send(reply);
    }
  }

  #start({ audio, legs, callId, metadata, consent }: SessionStart): void {
    const { encoding, sampleRateHz, channels } = audio;
    requireRate(sampleRateHz);
    const names = legs ?? DEFAULT_LEGS.slice(0, channels);
    requireLegs(names, channels);
    requirePermitted(names, this.#principal);
    const announced = names.map((leg) => ({ leg, format: { encoding, sampleRateHz } }));
    this.#socket.deliver({
      type: 'start',
      callId: callId ?? randomUUID(),
      source: 'app',
      legs: announced,
      metadata: metadata ?? {},
      consent: consent ?? 'unknown',
    });
    this.#hearFrom(announced);
  }

  #hearFrom(legs: readonly SourceLeg[]): void {
    this.#legs = legs.map(({ leg }) => leg);
    const encoding = legs[0]?.format.encoding ?? 'pcm_s16le';
    this.#sampleBytes = SAMPLE_BYTES[encoding];
    this.#channels = new Deinterleaver(legs.length, this.#sampleBytes);
  }

  #requireChannels(): Deinterleaver {
    if (this.#channels) return this.#channels;
    throw new TonewireError(
      'TW_OUT_OF_ORDER',
      'Audio came before session.started or session.resumed.',
    );
  }

  #skip(samples: number): void {
    this.#requireChannels();
    this.#positionSamples += samples;
    const positionSamples = this.#positionSamples;
    for (const leg of this.#legs) {
      this.#socket.deliver({ type: 'audio', leg, bytes: NOTHING, positionSamples });
    }
  }

  /** Before start there are no legs yet, and the session refuses it. */
  #requireLeg(leg: Leg): void {
    if (this.#legs.length === 0 || this.#legs.includes(leg)) return;
    throw new TonewireError('TW_BAD_MESSAGE', 'leg is not one of the legs of session.start.');
  }

  #send(message: ServerMessage): void {
    this.#socket.send(JSON.stringify(message));
  }
}

function requireRate(sampleRateHz: number): void {
  if (SAMPLE_RATES_HZ.some((supported) => supported === sampleRateHz)) return;
  throw new TonewireError(
    'TW_UNSUPPORTED_AUDIO',
    `audio.sampleRateHz must be one of ${SAMPLE_RATES_HZ.join(', ')}.`,
  );
}

function requireLegs(legs: readonly Leg[], channels: number): void {
  if (legs.length !== channels) {
    throw new TonewireError('TW_BAD_MESSAGE', 'legs must name one leg for each of audio.channels.');
  }
  if (new Set(legs).size !== legs.length) {
    throw new TonewireError('TW_BAD_MESSAGE', 'legs must not name a leg twice.');
  }
}

function requirePermitted(legs: readonly Leg[], { legs: permitted }: Principal): void {
  if (permitted === undefined || legs.every((leg) => permitted.includes(leg))) return;
  throw new TonewireError('TW_FORBIDDEN', `The token is for ${permitted.join(' and ')} only.`);
}

function idOf({ id }: { readonly id?: string }): { id?: string } {
  return id === undefined ? {} : { id };
}
