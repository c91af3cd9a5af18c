import { EMOTIONS, type Emotion } from '../protocol/labels.ts';
import type { Random } from '../training/random.ts';
import { groupBy } from './group-by.ts';

const LABEL_COUNT = EMOTIONS.length;

/** `counts[truth][predicted]`, both in the order of `labels`. */
export interface Confusion {
  readonly labels: readonly Emotion[];
  readonly counts: readonly (readonly number[])[];
}

export interface ClassMetrics {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Recordings that truly have this label. */
  readonly support: number;
}

/** The figures that have an interval, in the order they are reported. */
export const FIGURES = [
  'accuracy',
  'unweightedAccuracy',
  'macroPrecision',
  'macroRecall',
  'macroF1',
] as const;
export type Figure = (typeof FIGURES)[number];

/**
 * In 0..1. The macro figures are means over the labels that occur in the truth, so `macroRecall`
 * and `unweightedAccuracy` are the same number.
 */
export type Figures = Readonly<Record<Figure, number>>;

/** What an evaluation reports. */
export interface Metrics extends Figures {
  readonly n: number;
  /** Only labels that occur in the truth. */
  readonly perClass: Readonly<Partial<Record<Emotion, ClassMetrics>>>;
  readonly confusion: Confusion;
}

/** One judged recording. */
export interface Judgement {
  readonly truth: Emotion;
  readonly predicted: Emotion;
}

export function measure(judgements: readonly Judgement[]): Metrics {
  const counts = confusionCounts(judgements);
  const perClass: Partial<Record<Emotion, ClassMetrics>> = {};
  EMOTIONS.forEach((label, index) => {
    const metrics = classMetrics(counts, index);
    if (metrics.support > 0) perClass[label] = metrics;
  });
  return {
    n: judgements.length,
    ...figuresOf(counts),
    perClass,
    confusion: { labels: EMOTIONS, counts },
  };
}

function figuresOf(counts: readonly (readonly number[])[]): Figures {
  const present = EMOTIONS.map((_label, index) => classMetrics(counts, index)).filter(
    ({ support }) => support > 0,
  );
  const macroRecall = mean(present.map(({ recall }) => recall));
  return {
    accuracy: accuracyOf(counts),
    unweightedAccuracy: macroRecall,
    macroPrecision: mean(present.map(({ precision }) => precision)),
    macroRecall,
    macroF1: mean(present.map(({ f1 }) => f1)),
  };
}

function confusionCounts(judgements: readonly Judgement[]): number[][] {
  const counts = EMOTIONS.map(() => new Array<number>(LABEL_COUNT).fill(0));
  for (const { truth, predicted } of judgements) {
    counts[EMOTIONS.indexOf(truth)]![EMOTIONS.indexOf(predicted)]! += 1;
  }
  return counts;
}

/** A figure whose denominator is empty is 0, as in scikit-learn. */
function classMetrics(counts: readonly (readonly number[])[], index: number): ClassMetrics {
  const hits = counts[index]![index]!;
  const support = sum(counts[index]!);
  const claimed = sum(counts.map((row) => row[index]!));
  const precision = ratio(hits, claimed);
  const recall = ratio(hits, support);
  return { precision, recall, f1: ratio(2 * precision * recall, precision + recall), support };
}

function accuracyOf(counts: readonly (readonly number[])[]): number {
  const hits = counts.map((row, index) => row[index]!);
  return ratio(sum(hits), sum(counts.map(sum)));
}

export interface SpeakerJudgement extends Judgement {
  readonly speaker: string;
}

/** Both ends of a 95 % interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

export type SpeakerIntervals = Readonly<Record<Figure, Interval>>;

/**
 * 95 % percentile intervals (Efron) that draw whole speakers with replacement: recordings of one
 * speaker resemble each other, and it is new speakers that the figure is meant to speak for.
 */
export function speakerIntervals(
  judgements: readonly SpeakerJudgement[],
  random: Random,
  resamples = 2000,
): SpeakerIntervals {
  const speakers = groupBy(judgements, ({ speaker }) => speaker);
  const tables = [...speakers.values()].map(confusionCounts);
  const drawn = Array.from({ length: resamples }, () =>
    figuresOf(summed(tables.map(() => random.pick(tables)))),
  );
  const interval = (figure: Figure) =>
    centralInterval(Float64Array.from(drawn, (figures) => figures[figure]));
  return {
    accuracy: interval('accuracy'),
    unweightedAccuracy: interval('unweightedAccuracy'),
    macroPrecision: interval('macroPrecision'),
    macroRecall: interval('macroRecall'),
    macroF1: interval('macroF1'),
  };
}

function summed(tables: readonly (readonly number[])[][]): number[][] {
  const total = EMOTIONS.map(() => new Array<number>(LABEL_COUNT).fill(0));
  for (const table of tables) {
    for (let truth = 0; truth < LABEL_COUNT; truth++) {
      for (let predicted = 0; predicted < LABEL_COUNT; predicted++) {
        total[truth]![predicted]! += table[truth]![predicted]!;
      }
    }
  }
  return total;
}

function centralInterval(values: Float64Array): Interval {
  const sorted = values.toSorted();
  return { low: quantile(sorted, 0.025), high: quantile(sorted, 0.975) };
}

/** Of sorted values; linear between neighbours, as NumPy's default. */
export function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return ratio(sum(values), values.length);
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
