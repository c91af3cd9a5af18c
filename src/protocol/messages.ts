import Type, { type Static } from 'typebox';
import { CONSENTS, ENCODINGS, SAMPLE_RATES_HZ } from './app-protocol.ts';
import { SpanSchema } from './events.ts';
import { LEGS } from './labels.ts';

export {
  CONSENTS,
  type Consent,
  ENCODINGS,
  type Encoding,
  SAMPLE_RATES_HZ,
  type SampleRateHz,
  SUBPROTOCOL,
} from './app-protocol.ts';

const object = <P extends Type.TProperties>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });

const id = Type.Optional(
  Type.String({ minLength: 1, maxLength: 128, description: 'Echoed in the reply.' }),
);

export const SessionStartSchema = object({
  type: Type.Literal('session.start'),
  audio: object({
    encoding: Type.Enum(ENCODINGS),
    sampleRateHz: Type.Integer({
      description: `One of ${SAMPLE_RATES_HZ.join(', ')}.`,
    }),
    channels: Type.Integer({ minimum: 1, maximum: 2 }),
  }),
  legs: Type.Optional(
    Type.Array(Type.Enum(LEGS), {
      minItems: 1,
      maxItems: 2,
      description: 'Which speaker each channel carries; default: customer, then agent.',
    }),
  ),
  callId: Type.Optional(
    Type.String({ minLength: 1, maxLength: 128, pattern: '^[A-Za-z0-9._:-]+$' }),
  ),
  metadata: Type.Optional(
    Type.Record(Type.String(), Type.String({ maxLength: 512 }), {
      maxProperties: 32,
      additionalProperties: false,
      propertyNames: { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9._-]{0,63}$' },
      description: 'Your own keys and words, repeated in call.started; at most 32.',
    }),
  ),
  consent: Type.Optional(Type.Enum(CONSENTS, { description: 'Default: unknown.' })),
});
export type SessionStart = Static<typeof SessionStartSchema>;

export const SessionResumeSchema = object({
  type: Type.Literal('session.resume'),
  resumeToken: Type.String({
    minLength: 1,
    maxLength: 128,
    description: 'As session.started gave it.',
  }),
  positionSamples: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description:
        'The oldest audio that you can still send, in samples per channel since the first. Default: all that was not received.',
    }),
  ),
  nextSequence: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'The first event that you have not received. Default: 0.',
    }),
  ),
});
export type SessionResume = Static<typeof SessionResumeSchema>;

export const AudioSkipSchema = object({
  type: Type.Literal('audio.skip'),
  samples: Type.Integer({
    minimum: 1,
    maximum: 2 ** 40,
    description: 'How many samples per channel are missing before the next audio.',
  }),
});

export const SessionFlushSchema = object({ type: Type.Literal('session.flush'), id });
export const SessionEndSchema = object({ type: Type.Literal('session.end') });
export const PingSchema = object({ type: Type.Literal('ping'), id });

/** Longest line of a transcript, in UTF-16 units: a minute of speech. */
export const MAX_TRANSCRIPT_CHARACTERS = 1000;

export const TranscriptSchema = object({
  type: Type.Literal('transcript'),
  leg: Type.Enum(LEGS, { description: 'Who said it: one of the legs of session.start.' }),
  text: Type.String({
    minLength: 1,
    maxLength: MAX_TRANSCRIPT_CHARACTERS,
    description: 'One utterance, or what is known of it so far.',
  }),
  final: Type.Optional(
    Type.Boolean({
      description:
        'false: a guess, which the next line of the leg replaces, final or not. Default: true.',
    }),
  ),
  span: Type.Optional(
    Type.Object(SpanSchema.properties, {
      additionalProperties: false,
      description: "When it was said, on the leg's clock. Default: it ended just now.",
    }),
  ),
  language: Type.Optional(
    Type.String({
      pattern: '^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$',
      maxLength: 35,
      description: 'BCP 47, such as "en-GB". Default: textCues.language of the gateway.',
    }),
  ),
  confidence: Type.Optional(
    Type.Number({ minimum: 0, maximum: 1, description: "The recogniser's own. Default: 1." }),
  ),
});
export type Transcript = Static<typeof TranscriptSchema>;

export const ClientMessageSchema = Type.Union([
  SessionStartSchema,
  SessionResumeSchema,
  AudioSkipSchema,
  SessionFlushSchema,
  SessionEndSchema,
  TranscriptSchema,
  PingSchema,
]);
export type ClientMessage = Static<typeof ClientMessageSchema>;

export const LegTotalsSchema = object({
  leg: Type.Enum(LEGS),
  analysed: Type.Boolean(),
  audioMs: Type.Number({ minimum: 0, description: 'Audio received; gaps do not count.' }),
  speechMs: Type.Number({ minimum: 0 }),
  updates: Type.Integer({ minimum: 0 }),
  gapMs: Type.Number({ minimum: 0 }),
});

export const SessionStartedSchema = object({
  type: Type.Literal('session.started'),
  callId: Type.String(),
  legs: Type.Array(
    object({
      leg: Type.Enum(LEGS),
      analysed: Type.Boolean(),
      reason: Type.Optional(Type.String()),
    }),
  ),
  model: Type.String(),
  resumeToken: Type.Optional(
    Type.String({
      description:
        'Takes the call up again on another socket, by session.resume. Keep it as you keep a key. Where it holds a dot, connect to /v1/stream?resume=… with what stands before the dot.',
    }),
  ),
  resumeWindowMs: Type.Optional(
    Type.Integer({ minimum: 1, description: 'How long a lost socket may stay lost.' }),
  ),
});
export const SessionResumedSchema = object({
  type: Type.Literal('session.resumed'),
  callId: Type.String(),
  positionSamples: Type.Integer({
    minimum: 0,
    description: 'Send the audio from here on; what lies before was received or is a gap.',
  }),
  lostEvents: Type.Integer({
    minimum: 0,
    description:
      'Events you missed that are kept no more; the other missed ones follow this message.',
  }),
});
export const SessionFlushedSchema = object({ type: Type.Literal('session.flushed'), id });
export const SessionEndedSchema = object({
  type: Type.Literal('session.ended'),
  callId: Type.String(),
  reason: Type.String(),
  totals: object({
    durationMs: Type.Number({ minimum: 0 }),
    events: Type.Integer({ minimum: 0 }),
    legs: Type.Array(LegTotalsSchema),
  }),
});
export const PongSchema = object({ type: Type.Literal('pong'), id });
export const ErrorMessageSchema = object({
  type: Type.Literal('error'),
  code: Type.String({ pattern: '^TW_[A-Z0-9_]+$' }),
  message: Type.String(),
});

/** Control replies; events travel beside them as CloudEvents (they have `specversion`, these do not). */
export const ServerMessageSchema = Type.Union([
  SessionStartedSchema,
  SessionResumedSchema,
  SessionFlushedSchema,
  SessionEndedSchema,
  PongSchema,
  ErrorMessageSchema,
]);
export type ServerMessage = Static<typeof ServerMessageSchema>;
