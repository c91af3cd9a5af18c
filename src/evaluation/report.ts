import { VERSION } from '../package-root.ts';
import type { Clock } from '../protocol/clock.ts';
import type { Emotion } from '../protocol/labels.ts';
import type { Protocol } from '../training/corpora/folds.ts';
import { createRandom } from '../training/random.ts';
import { asServed } from './as-served.ts';
import { expectedCalibrationError, judgeUntempered, reliability } from './calibration-error.ts';
import { CONDITION_MEANINGS, type Codec, type Condition, snrDbOf } from './conditions.ts';
import { foldFigures, meanAndDeviation } from './cross-validation.ts';
import { summariseFalseClaims } from './false-claims.ts';
import { summariseLongStreams } from './flips.ts';
import { byGroup, bySpeaker } from './groups.ts';
import { type Judged, judgeLast } from './judge.ts';
import { measure, speakerIntervals } from './metrics.ts';
import type { Observations } from './observe.ts';
import { reportNotes } from './report-notes.ts';
import type { JudgedSide, Report } from './report-schema.ts';
import { secondsHeard } from './seconds-heard.ts';
import { CHUNK_MS } from './stream-audio.ts';
import type { ClipReading } from './stream-clip.ts';

/** What was asked for; a report repeats it. */
export interface ReportContext {
  readonly clock: Clock;
  readonly corpus: string;
  readonly labels: readonly Emotion[];
  /** What the pipeline may tell (analysis.emotions). */
  readonly emotions: readonly Emotion[];
  readonly protocol: Protocol | null;
  readonly fold: number | 'all' | null;
  readonly side: JudgedSide;
  readonly seed: number;
  /** The circumstances; all measures but that of the conditions rest on the first. */
  readonly conditions: readonly [Codec, ...Condition[]];
  readonly streams: boolean;
}

/** Turns what was observed, of one model or of each fold's, into figures. */
export function makeReport(observations: readonly Observations[], context: ReportContext): Report {
  const { labels, conditions, seed } = context;
  const readings = pooled(observations, conditions[0]);
  const judged = judgeLast(readings, labels);
  return {
    ...about(observations, judged, context),
    overall: overallOf(judged, readings, seed),
    asServed: asServed(readings, labels, context.emotions),
    crossValidation: context.fold === 'all' ? crossValidationOf(observations, context) : null,
    secondsHeard: secondsHeard(readings, labels),
    conditions: conditionsOf(observations, context),
    calibration: {
      untempered: reliability(judgeUntempered(readings, labels)),
      tempered: reliability(judged),
    },
    longStreams: context.streams
      ? summariseLongStreams(observations.flatMap(({ longStreams }) => longStreams))
      : null,
    falseClaims: context.streams
      ? summariseFalseClaims(observations.flatMap(({ speakerless }) => speakerless))
      : null,
    groups: byGroup(judged),
    speakers: bySpeaker(judged),
  };
}

/** What was measured on what, and how. */
function about(
  observations: readonly Observations[],
  judged: readonly Judged[],
  context: ReportContext,
) {
  const { corpus, labels, emotions, protocol, fold, side, seed, conditions } = context;
  return {
    formatVersion: 1 as const,
    tonewire: VERSION,
    generatedAt: new Date(context.clock.nowMs()).toISOString(),
    model: {
      ids: observations.map(({ model }) => model),
      engine: observations[0]!.engine,
      temperatures: observations.map(({ temperature }) => temperature),
    },
    data: {
      corpus,
      n: judged.length,
      speakers: [...new Set(judged.map(({ speaker }) => speaker))].sort(),
      labels,
    },
    protocol,
    fold,
    side,
    options: { codec: conditions[0], emotions: [...emotions], seed, chunkMs: CHUNK_MS },
    notes: reportNotes(observations, context),
  };
}

/** All folds' readings as one: each clip was judged once, by a model that never heard its speaker. */
function pooled(observations: readonly Observations[], condition: Condition): ClipReading[] {
  return observations.flatMap(({ readings }) => [...readings.get(condition)!]);
}

function overallOf(judged: readonly Judged[], readings: readonly ClipReading[], seed: number) {
  return {
    ...measure(judged),
    unheard: unheardOf(readings),
    intervals: speakerIntervals(judged, createRandom(seed)),
  };
}

function unheardOf(readings: readonly ClipReading[]): number {
  return readings.filter(({ last }) => last === null).length;
}

function crossValidationOf(observations: readonly Observations[], context: ReportContext) {
  const folds = observations.map(({ fold, model, readings }) =>
    foldFigures(fold!, model, judgeLast(readings.get(context.conditions[0])!, context.labels)),
  );
  return {
    folds,
    unweightedAccuracy: meanAndDeviation(folds.map((fold) => fold.unweightedAccuracy)),
    accuracy: meanAndDeviation(folds.map((fold) => fold.accuracy)),
    macroF1: meanAndDeviation(folds.map((fold) => fold.macroF1)),
  };
}

function conditionsOf(
  observations: readonly Observations[],
  { conditions, labels, seed }: ReportContext,
) {
  const rows = conditions.map((condition) => {
    const readings = pooled(observations, condition);
    const judged = judgeLast(readings, labels);
    const { n, accuracy, unweightedAccuracy, macroF1 } = measure(judged);
    return {
      condition,
      meaning: CONDITION_MEANINGS[condition],
      snrDb: snrDbOf(condition),
      n,
      accuracy,
      unweightedAccuracy,
      macroF1,
      unheard: unheardOf(readings),
      interval: speakerIntervals(judged, createRandom(seed)).unweightedAccuracy,
      calibrationError: expectedCalibrationError(judged),
    };
  });
  const first = rows[0]!.unweightedAccuracy;
  return rows.map((row) => ({
    ...row,
    ratioToFirst: first === 0 ? 0 : row.unweightedAccuracy / first,
  }));
}
