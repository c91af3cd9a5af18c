import Type, { type Static } from 'typebox';
import { EMOTIONS } from '../protocol/labels.ts';
import { CODECS, CONDITIONS } from './conditions.ts';
import { FIGURES, type Figure } from './metrics.ts';

const object = <P extends Type.TProperties>(properties: P, description?: string) =>
  Type.Object(properties, {
    additionalProperties: false,
    ...(description !== undefined && { description }),
  });
const orNull = <S extends Type.TSchema>(schema: S) => Type.Union([schema, Type.Null()]);

const Share = Type.Number({ minimum: 0, maximum: 1 });
const Ratio = Type.Number({ minimum: 0, description: 'May exceed 1.' });
const Count = Type.Integer({ minimum: 0 });
const Rate = Type.Number({ minimum: 0, description: 'A minute of audio.' });
const Milliseconds = Type.Number({ minimum: 0 });
const EmotionSchema = Type.Enum(EMOTIONS);
const IntervalSchema = object({ low: Share, high: Share }, '95 %, bootstrap over speakers.');

const ofFigures = <S extends Type.TSchema>(schema: S) =>
  Object.fromEntries(FIGURES.map((figure) => [figure, schema])) as Record<Figure, S>;

const byEmotion = <S extends Type.TSchema>(schema: S, description?: string) =>
  Type.Partial(Type.Record(EmotionSchema, schema), {
    additionalProperties: false,
    ...(description !== undefined && { description }),
  });

const ClassSchema = object({ precision: Share, recall: Share, f1: Share, support: Count });
const ConfusionSchema = object({
  labels: Type.Array(EmotionSchema),
  counts: Type.Array(Type.Array(Count), { description: 'Truth in rows, answers in columns.' }),
});
const accuracies = { accuracy: Share, unweightedAccuracy: Share };
const counted = { n: Count, ...accuracies };

const ReliabilitySchema = object({
  error: Share,
  bins: Type.Array(
    object({ low: Share, high: Share, n: Count, confidence: Share, accuracy: Share }),
  ),
});

const SpreadSchema = object({
  lowest: Share,
  lowerQuartile: Share,
  median: Share,
  upperQuartile: Share,
  highest: Share,
});

const MeanSchema = object({ mean: Share, deviation: Type.Number({ minimum: 0 }) });

/** Who is judged: all that were given, whom a fold tests, or whom the models' training kept back. */
const JUDGED_SIDES = ['all', 'test', 'validation'] as const;
export type JudgedSide = (typeof JUDGED_SIDES)[number];

/** What was measured on what, and how. */
const about = {
  formatVersion: Type.Literal(1),
  tonewire: Type.String({ description: 'Version of the program.' }),
  generatedAt: Type.String({ description: 'ISO 8601.' }),
  model: object({
    ids: Type.Array(Type.String(), { description: 'One a fold in cross-validation.' }),
    engine: Type.String(),
    temperatures: Type.Array(Type.Number()),
  }),
  data: object({
    corpus: Type.String(),
    n: Count,
    speakers: Type.Array(Type.String()),
    labels: Type.Array(EmotionSchema, { description: 'Answers that counted.' }),
  }),
  protocol: orNull(Type.String()),
  fold: Type.Union([Type.Integer(), Type.Literal('all'), Type.Null()]),
  side: Type.Enum(JUDGED_SIDES, { description: 'Which speakers were judged.' }),
  options: object({
    codec: Type.Enum(CODECS, { description: 'How audio arrived, noise and codecs apart.' }),
    emotions: Type.Array(EmotionSchema, { description: 'What could be told.' }),
    seed: Type.Integer(),
    chunkMs: Milliseconds,
  }),
  notes: Type.Array(Type.String(), { description: 'What to know before quoting a figure.' }),
};

/** `report.json`: everything an evaluation found. Shares are 0..1. */
export const ReportSchema = object({
  ...about,
  overall: object({
    n: Count,
    ...ofFigures(Share),
    unheard: Type.Integer({ minimum: 0, description: 'Clips without speech; judged neutral.' }),
    intervals: object(ofFigures(IntervalSchema)),
    perClass: byEmotion(ClassSchema),
    confusion: ConfusionSchema,
  }),
  asServed: orNull(
    object(
      {
        ...accuracies,
        otherLabels: byEmotion(
          Share,
          'Share of the answers of each label that is no answer elsewhere.',
        ),
        confusion: ConfusionSchema,
      },
      'The same with all labels open that could be told; null where they count anyway.',
    ),
  ),
  crossValidation: orNull(
    object({
      folds: Type.Array(
        object({
          fold: Type.Integer(),
          model: Type.String(),
          speakers: Type.Array(Type.String()),
          ...counted,
          macroF1: Share,
        }),
      ),
      unweightedAccuracy: MeanSchema,
      accuracy: MeanSchema,
      macroF1: MeanSchema,
    }),
  ),
  secondsHeard: object({
    marks: Type.Array(object({ speechMs: Milliseconds, reached: Count, ...accuracies })),
    end: object({ speechMs: Milliseconds, ...accuracies }),
    shareAfter1500Ms: Ratio,
  }),
  conditions: Type.Array(
    object({
      condition: Type.Enum([...CONDITIONS]),
      meaning: Type.String(),
      snrDb: orNull(Type.Number()),
      ...counted,
      macroF1: Share,
      unheard: Count,
      interval: IntervalSchema,
      calibrationError: Share,
      ratioToFirst: Ratio,
    }),
  ),
  calibration: object({ untempered: ReliabilitySchema, tempered: ReliabilitySchema }),
  longStreams: orNull(
    object({
      streams: Count,
      speakers: Count,
      minutes: Type.Number(),
      changesAMinute: Rate,
      flipsAMinute: Rate,
      flipsWithinClipAMinute: Rate,
      claimedShare: Share,
      rightShareOfClaims: orNull(Share),
    }),
  ),
  falseClaims: orNull(
    Type.Array(
      object({
        kind: Type.String(),
        recordings: Count,
        minutes: Type.Number(),
        takenForSpeechShare: Ratio,
        claimedShare: Share,
        claimsAMinute: Rate,
      }),
    ),
  ),
  groups: Type.Array(
    object({
      trait: Type.String(),
      rows: Type.Array(object({ value: Type.String(), speakers: Count, ...counted })),
      unknown: Count,
    }),
  ),
  speakers: object({
    rows: Type.Array(object({ speaker: Type.String(), ...counted })),
    accuracy: SpreadSchema,
    unweightedAccuracy: SpreadSchema,
  }),
});

type Frozen<T> = T extends object ? { readonly [K in keyof T]: Frozen<T[K]> } : T;

export type Report = Frozen<Static<typeof ReportSchema>>;
