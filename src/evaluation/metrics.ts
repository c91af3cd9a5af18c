import { EMOTIONS, type Emotion } from '../protocol/labels.ts';
import type { Random } from '../training/random.ts';

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

/**
 * What an evaluation reports; all but counts lie in 0..1. The macro figures are means over the
 * labels that occur in the truth, so `macroRecall` and `unweightedAccuracy` are the same number.
 */
export interface Metrics {
  readonly n: number;
  readonly accuracy: number;
  readonly unweightedAccuracy: number;
  readonly macroPrecision: number;
  readonly macroRecall: number;
  readonly macroF1: number;
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
  const present = Object.values(perClass);
  const macroRecall = mean(present.map((metrics) => metrics.recall));
  return {
    n: judgements.length,
    accuracy: accuracyOf(counts),
    unweightedAccuracy: macroRecall,
    macroPrecision: mean(present.map((metrics) => metrics.precision)),
    macroRecall,
    macroF1: mean(present.map((metrics) => metrics.f1)),
    perClass,
    confusion: { labels: EMOTIONS, counts },
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

/** Mean recall over the labels that occur in the truth. */
function unweightedAccuracyOf(counts: readonly (readonly number[])[]): number {
  const present = counts.flatMap((row, index) => {
    const support = sum(row);
    return support > 0 ? [row[index]! / support] : [];
  });
  return mean(present);
}

/** How well shown confidence matches how often it is right. */
export interface ConfidentJudgement extends Judgement {
  /** Probability given to `predicted`, 0..1. */
  readonly confidence: number;
}

const CALIBRATION_BINS = 15;

/**
 * Expected calibration error (Guo et al., ICML 2017): the gap between mean confidence and accuracy
 * in each of 15 equal bins of confidence, weighted by how many fall there.
 */
export function expectedCalibrationError(judgements: readonly ConfidentJudgement[]): number {
  const confidences = new Float64Array(CALIBRATION_BINS);
  const hits = new Float64Array(CALIBRATION_BINS);
  for (const { truth, predicted, confidence } of judgements) {
    const bin = Math.min(CALIBRATION_BINS - 1, Math.floor(confidence * CALIBRATION_BINS));
    confidences[bin]! += confidence;
    if (truth === predicted) hits[bin]! += 1;
  }
  let gap = 0;
  for (let bin = 0; bin < CALIBRATION_BINS; bin++) gap += Math.abs(confidences[bin]! - hits[bin]!);
  return ratio(gap, judgements.length);
}

export interface SpeakerJudgement extends Judgement {
  readonly speaker: string;
}

/** Both ends of a 95 % interval. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface SpeakerIntervals {
  readonly accuracy: Interval;
  readonly unweightedAccuracy: Interval;
}

/**
 * 95 % percentile intervals (Efron) that draw whole speakers with replacement: recordings of one
 * speaker resemble each other, and it is new speakers that the figure is meant to speak for.
 */
export function speakerIntervals(
  judgements: readonly SpeakerJudgement[],
  random: Random,
  resamples = 2000,
): SpeakerIntervals {
  const ofSpeaker = new Map<string, SpeakerJudgement[]>();
  for (const judgement of judgements) {
    const own = ofSpeaker.get(judgement.speaker);
    if (own === undefined) ofSpeaker.set(judgement.speaker, [judgement]);
    else own.push(judgement);
  }
  const tables = [...ofSpeaker.values()].map(confusionCounts);
  const accuracies = new Float64Array(resamples);
  const unweighted = new Float64Array(resamples);
  for (let i = 0; i < resamples; i++) {
    const counts = summed(tables.map(() => random.pick(tables)));
    accuracies[i] = accuracyOf(counts);
    unweighted[i] = unweightedAccuracyOf(counts);
  }
  return {
    accuracy: centralInterval(accuracies),
    unweightedAccuracy: centralInterval(unweighted),
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

/** Linear between neighbours, as NumPy's default. */
function quantile(sorted: Float64Array, share: number): number {
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
