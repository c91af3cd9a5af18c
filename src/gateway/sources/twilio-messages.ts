import Type, { type Static } from 'typebox';
import { TonewireError } from '../../protocol/errors.ts';
import { validator } from '../../protocol/validator.ts';
import { decodeBase64 } from './base64-bytes.ts';
import type { MediaFrame } from './twilio-media.ts';
import { readCount } from './twilio-track.ts';

/**
 * Twilio Media Streams messages, as tolerantly as real clients need: unknown fields are let
 * through, numbers may be strings, and what is not needed may be missing.
 */
const Count = Type.Optional(Type.Union([Type.String({ maxLength: 20 }), Type.Number()]));
const Sid = Type.String({ minLength: 1, maxLength: 128, pattern: '^[A-Za-z0-9._:-]+$' });

const ConnectedSchema = Type.Object({ event: Type.Literal('connected') });

const StartSchema = Type.Object({
  event: Type.Literal('start'),
  sequenceNumber: Count,
  start: Type.Object({
    callSid: Sid,
    tracks: Type.Optional(Type.Array(Type.String({ maxLength: 32 }), { maxItems: 8 })),
    customParameters: Type.Optional(
      Type.Record(Type.String({ maxLength: 64 }), Type.String({ maxLength: 512 }), {
        maxProperties: 32,
      }),
    ),
    mediaFormat: Type.Optional(
      Type.Object({
        encoding: Type.Optional(Type.String({ maxLength: 64 })),
        sampleRate: Count,
        channels: Count,
      }),
    ),
  }),
});

const MediaSchema = Type.Object({
  event: Type.Literal('media'),
  sequenceNumber: Count,
  media: Type.Object({
    track: Type.Optional(Type.String({ maxLength: 32 })),
    timestamp: Count,
    payload: Type.String(),
  }),
});

const DtmfSchema = Type.Object({ event: Type.Literal('dtmf') });
const MarkSchema = Type.Object({ event: Type.Literal('mark') });
const StopSchema = Type.Object({ event: Type.Literal('stop') });

const SCHEMAS = {
  connected: ConnectedSchema,
  start: StartSchema,
  media: MediaSchema,
  dtmf: DtmfSchema,
  mark: MarkSchema,
  stop: StopSchema,
} as const;

type TwilioEvent = keyof typeof SCHEMAS;
export type TwilioStart = Static<typeof StartSchema>;
export type TwilioMedia = Static<typeof MediaSchema>;
export type TwilioMessage = { [E in TwilioEvent]: Static<(typeof SCHEMAS)[E]> }[TwilioEvent];

const VALIDATORS = {
  connected: validator<Static<typeof ConnectedSchema>>(ConnectedSchema),
  start: validator<TwilioStart>(StartSchema),
  media: validator<TwilioMedia>(MediaSchema),
  dtmf: validator<Static<typeof DtmfSchema>>(DtmfSchema),
  mark: validator<Static<typeof MarkSchema>>(MarkSchema),
  stop: validator<Static<typeof StopSchema>>(StopSchema),
};

/**
 * Reads one Media Streams message; undefined for an event that Twilio may have added since, which
 * is no reason to end a call. Throws TW_BAD_JSON or TW_BAD_MESSAGE; the error names the field,
 * never its value.
 */
export function parseTwilioMessage(text: string): TwilioMessage | undefined {
  const value = parseJson(text);
  const event = eventOf(value);
  if (event === undefined) return undefined;
  const validate = VALIDATORS[event];
  if (validate(value)) return value;
  const problem = validate.errors[0];
  throw new TonewireError(
    'TW_BAD_MESSAGE',
    `Twilio "${event}" message${problem?.instancePath ?? ''} ${problem?.message ?? 'is not valid'}.`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the input, which may hold personal data.
    throw new TonewireError('TW_BAD_JSON');
  }
}

function eventOf(value: unknown): TwilioEvent | undefined {
  const event = typeof value === 'object' && value !== null && 'event' in value ? value.event : '';
  if (typeof event !== 'string' || event === '') {
    throw new TonewireError('TW_BAD_MESSAGE', 'A Twilio message names no "event".');
  }
  return Object.hasOwn(SCHEMAS, event) ? (event as TwilioEvent) : undefined;
}

/** What a media message says. Throws TW_BAD_BASE64. */
export function mediaFrame({ media, sequenceNumber }: TwilioMedia): MediaFrame {
  const payload = Buffer.from(media.payload);
  const audio = decodeBase64(payload, 0, payload.length);
  if (audio === undefined) throw new TonewireError('TW_BAD_BASE64');
  return {
    track: media.track ?? 'inbound',
    sequence: readCount(sequenceNumber),
    timestampMs: readCount(media.timestamp),
    audio,
  };
}
