import type { IncomingMessage } from 'node:http';
import { TonewireError } from '../../protocol/errors.ts';
import type { Leg } from '../../protocol/labels.ts';
import { CONSENTS, type Consent } from '../../protocol/messages.ts';
import { type Principal, requireThisMachine } from '../auth.ts';
import type { StreamTokens } from '../stream-token.ts';
import type { Source, SourceConversation, SourceLeg, SourceSocket } from './source.ts';
import { type MediaFrame, scanMedia } from './twilio-media.ts';
import {
  mediaFrame,
  parseTwilioMessage,
  type TwilioMessage,
  type TwilioStart,
} from './twilio-messages.ts';
import { isSignedUpgrade, type SignatureKeys } from './twilio-signature.ts';
import { readCount, TwilioTrack } from './twilio-track.ts';

export const TWILIO_MEDIA_PATH = '/twilio/media';

/** The `<Parameter>` that carries the stream token; taken out before the rest becomes metadata. */
export const TOKEN_PARAMETER = 'token';
/** The `<Parameter>` that says whether the caller agreed. */
export const CONSENT_PARAMETER = 'consent';

/** How Twilio makes its call ids. Anything else may be a number that somebody dials. */
const CALL_SID = /^CA[0-9a-f]{32}$/;

/** Twilio sends one format: 8 kHz mu-law, one byte a sample. */
const FORMAT = { encoding: 'mulaw', sampleRateHz: 8000 } as const;

/** The caller speaks on `inbound`; whoever the caller hears is on `outbound`. */
export const LEG_OF_TRACK: ReadonlyMap<string, Leg> = new Map([
  ['inbound', 'customer'],
  ['inbound_track', 'customer'],
  ['outbound', 'agent'],
  ['outbound_track', 'agent'],
]);

const VENDOR: Principal = { kind: 'vendor', role: 'viewer' };

export interface TwilioSourceOptions {
  /** Absent only in development on a loopback address: then this machine alone may connect. */
  readonly keys: SignatureKeys | undefined;
  readonly tokens: StreamTokens;
  /**
   * Whether every stream must bring the token of its call. The signature alone is one constant
   * for all sockets: whoever has seen it once could send it again, for any call.
   */
  readonly requireToken: boolean;
}

/** Twilio Media Streams over `wss://…/twilio/media`. */
export function twilioSource(options: TwilioSourceOptions): Source {
  return {
    name: 'twilio',
    path: TWILIO_MEDIA_PATH,
    live: true,
    resumable: false,
    authorize(request: IncomingMessage): Principal {
      if (options.keys === undefined) {
        requireThisMachine(request);
        return VENDOR;
      }
      const header = request.headers['x-twilio-signature'];
      const signature = typeof header === 'string' ? header : '';
      if (!isSignedUpgrade(options.keys, signature, TWILIO_MEDIA_PATH)) {
        throw new TonewireError('TW_UNAUTHORIZED', 'The X-Twilio-Signature is missing or wrong.');
      }
      return VENDOR;
    },
    connect: (socket) => new TwilioConversation(socket, options),
  };
}

class TwilioConversation implements SourceConversation {
  readonly #socket: SourceSocket;
  readonly #options: TwilioSourceOptions;
  readonly #tracks = new Map<Leg, TwilioTrack>();

  constructor(socket: SourceSocket, options: TwilioSourceOptions) {
    this.#socket = socket;
    this.#options = options;
  }

  text(bytes: Buffer): void {
    const frame = scanMedia(bytes);
    if (frame === undefined) this.#message(parseTwilioMessage(bytes.toString('utf8')));
    else this.#media(frame);
  }

  #message(message: TwilioMessage | undefined): void {
    if (message === undefined) {
      this.#socket.countDiscarded('unknown_event');
      return;
    }
    switch (message.event) {
      case 'connected':
        break;
      case 'start':
        this.#start(message.start);
        break;
      case 'media':
        this.#media(mediaFrame(message));
        break;
      case 'dtmf':
        this.#socket.deliver({ type: 'dtmf' });
        break;
      case 'mark':
        this.#socket.deliver({ type: 'mark' });
        break;
      case 'stop':
        this.#socket.deliver({ type: 'stop', reason: 'stopped' });
        break;
    }
  }

  binary(): void {
    throw new TonewireError('TW_BAD_MESSAGE', 'Twilio Media Streams are JSON text, not binary.');
  }

  /** Twilio expects no reply; a message it does not know may end the stream. */
  reply(): void {}

  #start(start: TwilioStart['start']): void {
    requireFormat(start.mediaFormat);
    const { [TOKEN_PARAMETER]: token, ...metadata } = start.customParameters ?? {};
    this.#requireToken(start.callSid, token);
    const legs = legsOf(start.tracks);
    this.#socket.deliver({
      type: 'start',
      callId: start.callSid,
      ...(CALL_SID.test(start.callSid) && { vendorCallId: start.callSid }),
      source: 'twilio',
      legs,
      metadata,
      consent: consentOf(metadata[CONSENT_PARAMETER]),
    });
    for (const { leg } of legs) this.#tracks.set(leg, new TwilioTrack(FORMAT.sampleRateHz));
  }

  #requireToken(callSid: string, token: string | undefined): void {
    if (token === undefined && !this.#options.requireToken) return;
    if (token !== undefined && this.#options.tokens.verify(callSid, token)) return;
    throw new TonewireError(
      'TW_UNAUTHORIZED',
      'The stream token is missing, has expired, or names another call.',
    );
  }

  #media(frame: MediaFrame): void {
    const { audio } = frame;
    const leg = LEG_OF_TRACK.get(frame.track);
    const track = leg && this.#tracks.get(leg);
    if (leg === undefined || track === undefined) {
      this.#audioWithoutTrack(leg, audio);
      return;
    }
    const positionSamples = track.place(frame, audio.length);
    if (positionSamples === undefined) this.#socket.countDiscarded('repeated');
    else this.#socket.deliver({ type: 'audio', leg, bytes: audio, positionSamples });
  }

  /** Before `start` the session refuses it; after, it is a track that was not announced. */
  #audioWithoutTrack(leg: Leg | undefined, bytes: Uint8Array): void {
    if (this.#tracks.size === 0) {
      this.#socket.deliver({ type: 'audio', leg: leg ?? 'customer', bytes });
    } else {
      this.#socket.countDiscarded('unknown_track');
    }
  }
}

function requireFormat(format: TwilioStart['start']['mediaFormat']): void {
  const encoding = format?.encoding ?? 'audio/x-mulaw';
  const sampleRateHz = readCount(format?.sampleRate) ?? FORMAT.sampleRateHz;
  const channels = readCount(format?.channels) ?? 1;
  if (encoding === 'audio/x-mulaw' && sampleRateHz === FORMAT.sampleRateHz && channels === 1)
    return;
  throw new TonewireError('TW_UNSUPPORTED_AUDIO', 'Twilio streams are 8000 Hz mono audio/x-mulaw.');
}

/** Some clients announce no tracks: then either may come. */
function legsOf(tracks: readonly string[] | undefined): SourceLeg[] {
  const legs = new Set((tracks ?? ['inbound', 'outbound']).map((track) => LEG_OF_TRACK.get(track)));
  const known = [...legs].filter((leg) => leg !== undefined);
  if (known.length > 0) return known.map((leg) => ({ leg, format: FORMAT }));
  throw new TonewireError('TW_BAD_MESSAGE', 'Twilio "start" message names no known track.');
}

function consentOf(parameter: string | undefined): Consent {
  return CONSENTS.find((consent) => consent === parameter) ?? 'unknown';
}
