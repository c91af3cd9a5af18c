import { type MeanAndDeviation, meanAndDeviation } from '../evaluation/cross-validation.ts';
import {
  type Metrics,
  measure,
  type SpeakerIntervals,
  type SpeakerJudgement,
  speakerIntervals,
} from '../evaluation/metrics.ts';
import { type Protocol, split } from '../training/corpora/folds.ts';
import { createRandom } from '../training/random.ts';
import type { Baseline } from './baseline.ts';
import type { LabelledFrames } from './labelled-frames.ts';

/** As the evaluation of models draws it. */
export const BOOTSTRAP_SEED = 1;

export interface FoldResult {
  readonly fold: number;
  readonly n: number;
  readonly accuracy: number;
  readonly unweightedAccuracy: number;
  /** What the fold's inner validation chose; null where nothing is chosen. */
  readonly chosen: string | null;
}

/** Figures of the pooled judgements of all folds, and of each fold. */
export interface BaselineResult extends Metrics {
  readonly folds: readonly FoldResult[];
  /** Over the folds, each counting once. */
  readonly foldsUnweightedAccuracy: MeanAndDeviation;
  /** Recordings in which no speech was heard: answered neutral, as a model's evaluation does. */
  readonly unheard: number;
  /** 95 % intervals from a bootstrap over speakers. */
  readonly intervals: SpeakerIntervals;
}

export interface FoldPlan {
  readonly protocol: Protocol;
  readonly folds: readonly number[];
  readonly seed: number;
  readonly onFold?: (done: number, total: number) => void;
}

/** The figures, and the answers they were counted from. */
export interface FoldsRun {
  readonly result: BaselineResult;
  readonly judged: readonly SpeakerJudgement[];
}

/** Trains a baseline on each fold's training side and tests it on the other. */
export async function runFolds(
  baseline: Baseline,
  heard: readonly LabelledFrames[],
  { protocol, folds, seed, onFold }: FoldPlan,
): Promise<FoldsRun> {
  const pooled: SpeakerJudgement[] = [];
  const results: FoldResult[] = [];
  let unheard = 0;
  for (const fold of folds) {
    const { train, test } = foldSides(heard, protocol, fold, seed);
    const audible = test.filter(hasSpeech);
    const { predicted, chosen } = await baseline(train, audible, seed);
    const answers = new Map(audible.map((item, i) => [item, predicted[i]!]));
    const judged = test.map((item): SpeakerJudgement => {
      const { label, speaker } = item.clip;
      return { truth: label, predicted: answers.get(item) ?? 'neutral', speaker };
    });
    const { n, accuracy, unweightedAccuracy } = measure(judged);
    results.push({ fold, n, accuracy, unweightedAccuracy, chosen });
    pooled.push(...judged);
    unheard += test.length - audible.length;
    onFold?.(results.length, folds.length);
  }
  const result = {
    ...measure(pooled),
    folds: results,
    foldsUnweightedAccuracy: meanAndDeviation(results.map((result) => result.unweightedAccuracy)),
    unheard,
    intervals: speakerIntervals(pooled, createRandom(BOOTSTRAP_SEED)),
  };
  return { result, judged: pooled };
}

/** The two sides of a fold; recordings without speech teach nothing and stay on the test side only. */
export function foldSides(
  heard: readonly LabelledFrames[],
  protocol: Protocol,
  fold: number,
  seed: number,
): { train: LabelledFrames[]; test: LabelledFrames[] } {
  const clips = heard.map(({ clip }) => clip);
  const { train, test } = split(clips, protocol, fold, seed);
  const inTraining = new Set(train);
  const inTest = new Set(test);
  return {
    train: heard.filter((item) => inTraining.has(item.clip) && hasSpeech(item)),
    test: heard.filter(({ clip }) => inTest.has(clip)),
  };
}

function hasSpeech({ frames }: LabelledFrames): boolean {
  return frames.length > 0;
}
