import type { Emotion } from '../protocol/labels.ts';
import { type Judged, judge } from './judge.ts';
import type { Judgement } from './metrics.ts';
import type { ClipReading } from './stream-clip.ts';

/** How well shown confidence matches how often it is right. */
export interface ConfidentJudgement extends Judgement {
  /** Probability given to `predicted`, 0..1. */
  readonly confidence: number;
}

/** One bin of a reliability diagram. Means are 0 in an empty bin. */
export interface ReliabilityBin {
  readonly low: number;
  readonly high: number;
  readonly n: number;
  readonly confidence: number;
  readonly accuracy: number;
}

export interface Reliability {
  /** Expected calibration error, 0..1. */
  readonly error: number;
  readonly bins: readonly ReliabilityBin[];
}

const BIN_COUNT = 15;

/** Confidence beside accuracy in each of 15 equal bins of confidence, and their gap. */
export function reliability(judgements: readonly ConfidentJudgement[]): Reliability {
  const binned: ConfidentJudgement[][] = Array.from({ length: BIN_COUNT }, () => []);
  for (const judgement of judgements) {
    binned[Math.min(BIN_COUNT - 1, Math.floor(judgement.confidence * BIN_COUNT))]!.push(judgement);
  }
  const bins = binned.map((inBin, index) => ({
    low: index / BIN_COUNT,
    high: (index + 1) / BIN_COUNT,
    ...meansOf(inBin),
  }));
  return { error: weightedGap(bins, judgements.length), bins };
}

/**
 * Expected calibration error (Guo et al., ICML 2017): the gap between mean confidence and accuracy
 * in each of 15 equal bins of confidence, weighted by how many fall there.
 */
export function expectedCalibrationError(judgements: readonly ConfidentJudgement[]): number {
  return reliability(judgements).error;
}

function meansOf(judgements: readonly ConfidentJudgement[]) {
  const n = judgements.length;
  if (n === 0) return { n, confidence: 0, accuracy: 0 };
  const confidence = judgements.reduce((sum, judgement) => sum + judgement.confidence, 0) / n;
  const right = judgements.filter(({ truth, predicted }) => truth === predicted).length;
  return { n, confidence, accuracy: right / n };
}

function weightedGap(bins: readonly ReliabilityBin[], total: number): number {
  const gap = bins.reduce((sum, bin) => sum + bin.n * Math.abs(bin.confidence - bin.accuracy), 0);
  return total === 0 ? 0 : gap / total;
}

/** The last readings as they would be at temperature 1, judged. */
export function judgeUntempered(
  readings: readonly ClipReading[],
  labels: readonly Emotion[],
): Judged[] {
  return readings.map(({ clip, last, temperature }) =>
    judge(clip, last === null ? null : untempered(last, temperature), labels),
  );
}

/**
 * The softmax at temperature 1 behind a reading at `temperature`: `log p · T` is the logit up to a
 * constant, so `p^T`, summed to 1, is that softmax.
 */
export function untempered(probabilities: Float32Array, temperature: number): Float32Array {
  const raised = probabilities.map((p) => p ** temperature);
  const sum = raised.reduce((total, p) => total + p);
  return raised.map((p) => p / sum);
}
