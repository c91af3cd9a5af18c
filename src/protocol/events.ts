import Type, { type Static } from 'typebox';
import { BotContextSchema } from './bot-context.ts';
import { EMOTIONS, GAP_CAUSES, LEGS, UNDECIDED } from './labels.ts';
import { MEASURES, SIGNALS } from './signals.ts';

/**
 * Everything Tonewire says, as CloudEvents 1.0 (structured JSON). Each schema is also its
 * TypeScript type. All times in `data` are positions on the leg's own clock, in milliseconds of
 * audio since its first sample; only `time` is wall-clock.
 */
const object = <P extends Type.TProperties>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });

const LegSchema = Type.Enum(LEGS, { description: "The speaker's channel." });
const LabelSchema = Type.Enum([...EMOTIONS, ...UNDECIDED], {
  description:
    'The perceived expression; "listening" until enough speech was heard, "uncertain" when no label is clear.',
});
const PositionMs = Type.Number({ minimum: 0, description: 'Milliseconds of audio on this leg.' });
const Share = Type.Number({ minimum: 0, maximum: 1 });

export const SpanSchema = object({ startMs: PositionMs, endMs: PositionMs });
export type Span = Static<typeof SpanSchema>;

export const ProbabilitiesSchema = object({
  neutral: Share,
  calm: Share,
  happiness: Share,
  sadness: Share,
  anger: Share,
  fear: Share,
  disgust: Share,
  surprise: Share,
});
export type Probabilities = Static<typeof ProbabilitiesSchema>;

export const ProsodySchema = object({
  pitchHz: Type.Union([Type.Number({ minimum: 0 }), Type.Null()], {
    description: 'Median pitch of the voiced frames of the span; null when none was voiced.',
  }),
  voicedShare: Share,
  intensityDb: Type.Number({ description: 'Mean level of the span in dB relative to full scale.' }),
  speechRateHz: Type.Number({
    minimum: 0,
    description: 'Syllable nuclei per second of speech, over the last few seconds.',
  }),
});
export type Prosody = Static<typeof ProsodySchema>;

const AttentionSchema = Type.Array(
  object({ startMs: PositionMs, endMs: PositionMs, weight: Share }),
  {
    description:
      'What the model weighed: stretches of speech and their share of the attention the newest reading rests on; shares sum to at most 1, the rest lies further back. No explanation: deleting what it points to changes the answer no more than chance does (the model card has the test). Show contributions.',
  },
);

const ContributionsSchema = object({
  emotion: Type.Enum(EMOTIONS, {
    description:
      'The emotion that the stretches speak of: the label or, while that is "listening" or "uncertain", the most probable emotion.',
  }),
  stretches: Type.Array(
    object({
      startMs: PositionMs,
      endMs: PositionMs,
      nats: Type.Number({
        description:
          'Natural logarithm. Above zero: the stretch spoke for the emotion; below: against it.',
      }),
    }),
    {
      description:
        "The same stretches as in attention, and what each added to the log-probability of the emotion over the mean of all emotions' (weighted by their probabilities). With what the speech before them added, and a constant, they sum to it exactly, but for rounding. An account of this reading, not a cause of the expression; deleting what it points to changes the answer more than chance does.",
    },
  ),
});

const Dimension = (description: string) => Type.Number({ minimum: -1, maximum: 1, description });

const ModalitiesSchema = object({
  emotion: Type.Enum(EMOTIONS, {
    description: 'What both speak of: the emotion of contributions.',
  }),
  voice: object({
    probabilities: ProbabilitiesSchema,
    nats: Type.Number({
      description:
        "The emotion's log-probability by voice alone, over the mean of all emotions' (weighted by their shown probabilities). With nats of the words, the same of the shown probabilities.",
    }),
  }),
  words: object({
    newest: Type.Enum(['scored', 'no_known_words', 'other_language'], {
      description: 'What the newest line amounted to; only scored lines count.',
    }),
    valence: Dimension('Of the lines that still count, −1 unpleasant to 1 pleasant.'),
    weight: Type.Number({
      minimum: 0,
      maximum: 1,
      description: 'How much they still count: confidence, fading with time.',
    }),
    ageMs: Type.Number({ minimum: 0, description: 'Since the newest line was said.' }),
    nats: Type.Number({
      description: 'What the words added to the emotion, in the unit of voice.nats.',
    }),
    text: Type.Optional(
      Type.String({ description: 'The newest line; only where textCues.textInEvents is on.' }),
    ),
  }),
});

const reading = {
  label: LabelSchema,
  confidence: Share,
  probabilities: ProbabilitiesSchema,
  arousal: Dimension('Expected arousal under the probabilities, −1 calm to 1 aroused.'),
  valence: Dimension('Expected valence under the probabilities, −1 unpleasant to 1 pleasant.'),
};

const AlertConditionSchema = object({
  signal: Type.Enum(SIGNALS),
  measure: Type.Enum(MEASURES),
  value: Type.Number({ description: "In the signal's own unit." }),
  above: Type.Optional(Type.Number({ description: 'The limit that the value has to reach.' })),
  below: Type.Optional(Type.Number({ description: 'The limit that the value must not exceed.' })),
});

const callAnd = { callId: Type.String({ minLength: 1, maxLength: 256 }) };
const callAndLeg = { ...callAnd, leg: LegSchema };

const DATA = {
  'call.started': object({
    ...callAnd,
    source: Type.String({ description: 'Where the audio comes from, such as "twilio" or "app".' }),
    legs: Type.Array(
      object({
        leg: LegSchema,
        analysed: Type.Boolean(),
        reason: Type.Optional(Type.String({ description: 'Why the leg is not analysed.' })),
      }),
    ),
    consent: Type.Enum(['given', 'denied', 'unknown']),
    metadata: Type.Record(Type.String(), Type.String()),
    model: Type.String(),
  }),
  'emotion.updated': object({
    ...callAndLeg,
    span: SpanSchema,
    speaking: Type.Boolean({
      description: 'Whether the speech gate is open at the end of the span.',
    }),
    speechMs: Type.Number({ minimum: 0, description: 'Speech heard on this leg so far.' }),
    ...reading,
    prosody: ProsodySchema,
    attention: AttentionSchema,
    contributions: ContributionsSchema,
    modalities: Type.Optional(
      Type.Object(ModalitiesSchema.properties, {
        additionalProperties: false,
        description:
          'What voice and words each contributed; absent unless a line of a transcript came in the last eight of textCues.halfLifeMs.',
      }),
    ),
    model: Type.String(),
  }),
  'emotion.changed': object({
    ...callAndLeg,
    atMs: PositionMs,
    from: LabelSchema,
    to: LabelSchema,
    confidence: Share,
    model: Type.String(),
  }),
  'segment.ended': object({
    ...callAndLeg,
    span: SpanSchema,
    ...reading,
    prosody: ProsodySchema,
    model: Type.String(),
  }),
  'alert.raised': object({
    ...callAndLeg,
    atMs: PositionMs,
    rule: Type.String(),
    text: Type.String(),
    emotion: Type.Enum(EMOTIONS, {
      description: 'The first emotion that the rule watches; if none, the most probable one.',
    }),
    probability: Share,
    heldMs: Type.Number({ minimum: 0, description: 'How long the rule has been fulfilled.' }),
    suggestion: Type.Optional(
      Type.String({ description: 'What the rule suggests to say or do, for whoever reads it.' }),
    ),
    action: Type.Optional(
      Type.String({ description: 'The next best action by your own name for it, for a program.' }),
    ),
    conditions: Type.Optional(
      Type.Array(AlertConditionSchema, {
        description:
          "What the rule's conditions read at that moment, those without a value left out.",
      }),
    ),
  }),
  'audio.gap': object({
    ...callAndLeg,
    span: SpanSchema,
    cause: Type.Enum(GAP_CAUSES, {
      description:
        '`missing`: the sender left it out; `overload`: analysis was behind; `paused`: the sender paused; `disconnected`: lost with the socket, before the call was resumed.',
    }),
    filledMs: Type.Number({
      minimum: 0,
      description: 'How much of the gap was filled with silence.',
    }),
  }),
  'context.changed': object({
    ...callAndLeg,
    atMs: PositionMs,
    context: BotContextSchema,
    metadata: Type.Record(Type.String(), Type.String(), {
      description: 'As in call.started: which conversation of a bot the call belongs to.',
    }),
  }),
  'call.ended': object({
    ...callAnd,
    reason: Type.String({
      description: 'Why: "stopped", "disconnected", "drained", or an error code.',
    }),
    durationMs: Type.Number({ minimum: 0 }),
    legs: Type.Array(
      object({
        leg: LegSchema,
        analysed: Type.Boolean(),
        audioMs: Type.Number({ minimum: 0, description: 'Audio received; gaps do not count.' }),
        speechMs: Type.Number({ minimum: 0 }),
        updates: Type.Integer({ minimum: 0 }),
        gapMs: Type.Number({ minimum: 0 }),
        dominant: LabelSchema,
        meanProbabilities: Type.Union([ProbabilitiesSchema, Type.Null()], {
          description: 'Mean over the speech heard; null when no emotion was read.',
        }),
      }),
    ),
  }),
} as const;

export type EventType = keyof typeof DATA;
export type EventData<T extends EventType> = Static<(typeof DATA)[T]>;

export const EVENT_TYPES = Object.keys(DATA) as EventType[];
export const EVENT_DATA_SCHEMAS: Readonly<Record<EventType, Type.TSchema>> = DATA;

/** One event on the wire. `id` is unique within `source`; `sequence` orders the events of a call. */
export interface TonewireEvent<T extends EventType = EventType> {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: T;
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly sequence: number;
  readonly data: EventData<T>;
}

/** Any event, discriminated by `type`. */
export type AnyEvent = { [T in EventType]: TonewireEvent<T> }[EventType];

/** The CloudEvents envelope around one event's data, as JSON Schema (CloudEvents 1.0.2 §3). */
export function eventSchema(type: EventType): Type.TSchema {
  return object({
    specversion: Type.Literal('1.0'),
    id: Type.String({ minLength: 1 }),
    source: Type.String({ minLength: 1 }),
    type: Type.Literal(type),
    subject: Type.String({ description: 'callId, or callId/leg.' }),
    time: Type.String({ format: 'date-time' }),
    datacontenttype: Type.Literal('application/json'),
    sequence: Type.Integer({
      minimum: 0,
      description:
        'Counts the events of one call from 0; context.changed bears that of the emotion.updated which it sums up.',
    }),
    data: EVENT_DATA_SCHEMAS[type],
  });
}
