import Type, { type Static } from 'typebox';
import { DESK_BOUNDS } from './desk-endpoints.ts';
import { ProbabilitiesSchema, SpanSchema } from './events.ts';
import { EMOTIONS, GAP_CAUSES, LEGS, UNDECIDED } from './labels.ts';
import { CONSENTS } from './messages.ts';

/**
 * What the desk shows of calls, live and finished (desk-endpoints.ts lists who asks for what).
 * Times named `…Ms` are positions on a leg's clock or durations, in milliseconds of audio; times
 * named `…At` are wall-clock, ISO 8601. `callId` and `alertId` are those of the events.
 */
const object = <P extends Type.TProperties>(properties: P) =>
  Type.Object(properties, { additionalProperties: false });
const nullable = <S extends Type.TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
const list = <S extends Type.TSchema>(items: S, maxItems: number = DESK_BOUNDS.maxListed) =>
  Type.Array(items, { maxItems });

export const LegNameSchema = Type.Enum(LEGS);
export const AnyLabelSchema = Type.Enum([...EMOTIONS, ...UNDECIDED]);
const EmotionSchema = Type.Enum(EMOTIONS);
export const IdSchema = Type.String({ minLength: 1, maxLength: 256 });
export const WallTimeSchema = Type.String({ format: 'date-time' });
const PositionMs = Type.Number({ minimum: 0 });
const Share = Type.Number({ minimum: 0, maximum: 1 });
const Dimension = Type.Number({ minimum: -1, maximum: 1 });

export const DeskSessionSchema = object({
  open: Type.Boolean({ description: 'Nobody needs to sign in: a gateway on loopback, no keys.' }),
  role: Type.Enum(['viewer', 'supervisor']),
  name: Type.String({ description: 'Who signs acknowledgements and notes.' }),
  version: Type.String({ description: 'Of Tonewire.' }),
  sampleCall: Type.Boolean({ description: 'Whether the sample call can be played.' }),
  history: object({
    persistent: Type.Boolean({ description: 'Whether finished calls outlive the process.' }),
    retentionDays: nullable(Type.Number({ minimum: 0 })),
  }),
});
export type DeskSession = Static<typeof DeskSessionSchema>;

export const AcknowledgementSchema = object({ by: Type.String(), at: WallTimeSchema });
export type Acknowledgement = Static<typeof AcknowledgementSchema>;

export const AlertSchema = object({
  alertId: IdSchema,
  leg: LegNameSchema,
  atMs: PositionMs,
  raisedAt: WallTimeSchema,
  rule: Type.String(),
  text: Type.String(),
  emotion: Type.Optional(EmotionSchema),
  probability: Type.Optional(Share),
  heldMs: Type.Optional(Type.Number({ minimum: 0 })),
  acknowledgement: nullable(AcknowledgementSchema),
});
export type Alert = Static<typeof AlertSchema>;

export const SuggestionSchema = object({
  suggestionId: IdSchema,
  leg: LegNameSchema,
  atMs: PositionMs,
  at: WallTimeSchema,
  rule: Type.String(),
  text: Type.String({ description: 'What the agent might do or say next.' }),
  action: Type.Optional(Type.String({ description: 'The next best action, in a few words.' })),
});
export type Suggestion = Static<typeof SuggestionSchema>;

export const NoteSchema = object({
  noteId: IdSchema,
  by: Type.String(),
  at: WallTimeSchema,
  atMs: nullable(PositionMs),
  text: Type.String({ minLength: 1, maxLength: DESK_BOUNDS.maxNoteLength }),
});
export type Note = Static<typeof NoteSchema>;

export const NewNoteSchema = object({
  text: Type.String({ minLength: 1, maxLength: DESK_BOUNDS.maxNoteLength }),
  atMs: Type.Optional(PositionMs),
});
export type NewNote = Static<typeof NewNoteSchema>;

const points = <S extends Type.TSchema>(item: S) => list(item, DESK_BOUNDS.sparklinePoints);

export const SparklineSchema = object({
  endMs: Type.Number({
    minimum: 0,
    description:
      'Position of the last point; each earlier one lies DESK_BOUNDS.sparklineStepMs before the next.',
  }),
  labels: points(nullable(AnyLabelSchema)),
  confidences: points(Share),
  valences: points(Dimension),
});
export type Sparkline = Static<typeof SparklineSchema>;

/** The newest reading of one leg, as much of it as the wall shows. */
export const LegReadingSchema = object({
  atMs: PositionMs,
  speaking: Type.Boolean(),
  speechMs: Type.Number({ minimum: 0 }),
  label: AnyLabelSchema,
  confidence: Share,
  sinceMs: Type.Number({ minimum: 0, description: 'Position since which the label stands.' }),
  arousal: Dimension,
  valence: Dimension,
});
export type LegReading = Static<typeof LegReadingSchema>;

const legPolicy = {
  leg: LegNameSchema,
  analysed: Type.Boolean(),
  reason: Type.Optional(Type.String({ description: 'Why the leg is not analysed.' })),
};

export const LiveLegSchema = object({
  ...legPolicy,
  reading: nullable(LegReadingSchema),
  sparkline: nullable(SparklineSchema),
});
export type LiveLeg = Static<typeof LiveLegSchema>;

const callFacts = {
  callId: IdSchema,
  caller: nullable(
    Type.String({
      maxLength: 256,
      description: 'Who called, as the start of the call named them; null when it did not.',
    }),
  ),
  source: Type.String(),
  startedAt: WallTimeSchema,
  consent: Type.Enum(CONSENTS),
  metadata: Type.Record(Type.String(), Type.String()),
};

export const LiveCallSchema = object({
  ...callFacts,
  legs: list(LiveLegSchema, LEGS.length),
  alerts: list(AlertSchema, DESK_BOUNDS.maxAlertsPerLiveCall),
});
export type LiveCall = Static<typeof LiveCallSchema>;

export const LiveCallsSchema = object({
  at: Type.String({ format: 'date-time', description: "The server's clock, for durations." }),
  calls: list(LiveCallSchema, DESK_BOUNDS.maxLiveCalls),
  total: Type.Integer({ minimum: 0, description: 'Live calls, those left out included.' }),
});
export type LiveCalls = Static<typeof LiveCallsSchema>;

const column = <S extends Type.TSchema>(item: S) => list(item, DESK_BOUNDS.maxTimelinePoints);

/** A leg's readings as columns of equal length, oldest first; a point covers (startMs, endMs). */
export const TimelineSchema = object({
  startMs: column(PositionMs),
  endMs: column(PositionMs),
  speaking: column(Type.Boolean()),
  label: column(AnyLabelSchema),
  confidence: column(Share),
  arousal: column(Dimension),
  valence: column(Dimension),
  pitchHz: column(nullable(Type.Number({ minimum: 0 }))),
  intensityDb: column(Type.Number()),
  speechRateHz: column(Type.Number({ minimum: 0 })),
  probabilities: Type.Record(EmotionSchema, column(Share)),
});
export type Timeline = Static<typeof TimelineSchema>;

export const StretchSchema = object({
  startMs: PositionMs,
  endMs: PositionMs,
  weight: Share,
  nats: Type.Number(),
  emotion: EmotionSchema,
});
/** A stretch of speech as the first reading that rested on it accounted for it (events.ts: attention, contributions). */
export type Stretch = Static<typeof StretchSchema>;

export const SegmentSchema = object({
  span: SpanSchema,
  label: AnyLabelSchema,
  confidence: Share,
  arousal: Dimension,
  valence: Dimension,
});
export type Segment = Static<typeof SegmentSchema>;

export const GapSchema = object({
  span: SpanSchema,
  cause: Type.Enum(GAP_CAUSES),
});
export type Gap = Static<typeof GapSchema>;

export const ChangeSchema = object({
  atMs: PositionMs,
  from: AnyLabelSchema,
  to: AnyLabelSchema,
  confidence: Share,
});
export type Change = Static<typeof ChangeSchema>;

export const LegTotalsSchema = object({
  audioMs: Type.Number({ minimum: 0 }),
  speechMs: Type.Number({ minimum: 0 }),
  updates: Type.Integer({ minimum: 0 }),
  gapMs: Type.Number({ minimum: 0 }),
  dominant: AnyLabelSchema,
  meanProbabilities: nullable(ProbabilitiesSchema),
});

export const LegDetailSchema = object({
  ...legPolicy,
  timeline: TimelineSchema,
  stretches: list(StretchSchema, DESK_BOUNDS.maxStretches),
  segments: list(SegmentSchema),
  gaps: list(GapSchema),
  changes: list(ChangeSchema),
  totals: nullable(LegTotalsSchema),
});
export type LegDetail = Static<typeof LegDetailSchema>;

/** One call, live or finished. A leg that is not analysed has empty lists. `totals` come with the end. */
export const CallDetailSchema = object({
  ...callFacts,
  state: Type.Enum(['live', 'finished']),
  at: Type.String({ format: 'date-time', description: "The server's clock, for durations." }),
  endedAt: nullable(WallTimeSchema),
  reason: nullable(Type.String()),
  durationMs: Type.Number({ minimum: 0, description: 'So far, while it is live.' }),
  model: Type.String(),
  sequence: Type.Integer({
    minimum: 0,
    description: 'Of the newest event that this answer knows: later ones come by the feed.',
  }),
  legs: list(LegDetailSchema, LEGS.length),
  alerts: list(AlertSchema),
  suggestions: list(SuggestionSchema),
  notes: list(NoteSchema),
});
export type CallDetail = Static<typeof CallDetailSchema>;

const callSummary = {
  ...callFacts,
  endedAt: WallTimeSchema,
  reason: Type.String(),
  durationMs: Type.Number({ minimum: 0 }),
  model: Type.String(),
  legs: list(object({ ...legPolicy, totals: nullable(LegTotalsSchema) }), LEGS.length),
  alerts: Type.Integer({ minimum: 0 }),
  unacknowledged: Type.Integer({ minimum: 0 }),
  notes: Type.Integer({ minimum: 0 }),
};
/** One line of the history. */
export const CallSummarySchema = object(callSummary);
export type CallSummary = Static<typeof CallSummarySchema>;

export const SampleCallStartedSchema = object({ callId: IdSchema });
export type SampleCallStarted = Static<typeof SampleCallStartedSchema>;
