import { createRandom, type Random } from '../../training/random.ts';
import { groupBy } from '../group-by.ts';
import { type Interval, quantile } from '../metrics.ts';
import {
  type Drop,
  type Method,
  ofEveryMethod,
  type Trial,
  type TrialBench,
  tryDeletions,
  type Utterance,
} from './deletion-trial.ts';
import { REMOVALS, type Removal, stretchCount } from './removal.ts';

/** The part of the speech that goes. */
export const REMOVED_SHARE = 0.2;
/** Removing the only stretch would leave nothing to read. */
const FEWEST_STRETCHES = 2;
const RESAMPLES = 2000;
const SEED = 1;

/** The methods that explain. */
const EXPLANATIONS = ['attention', 'contribution', 'logProbability'] as const;
export type Explanation = (typeof EXPLANATIONS)[number];
/** What an explanation is compared with; it must beat the first two. */
const RIVALS = ['random', 'loudness', 'attention'] as const;
export type Rival = (typeof RIVALS)[number];

/** A mean over utterances, and its 95 % interval over speakers. */
export interface Estimate extends Interval {
  readonly mean: number;
}

/** How much more an explanation's removal takes than its rival's. */
export interface Comparison {
  readonly explanation: Explanation;
  readonly rival: Rival;
  readonly difference: Readonly<Record<keyof Drop, Estimate>>;
}

/** One size of stretch, one way of removing. */
export interface DeletionTable {
  readonly stretchFrames: number;
  readonly removal: Removal;
  readonly utterances: number;
  readonly speakers: number;
  readonly drops: Readonly<Record<Method, Readonly<Record<keyof Drop, number>>>>;
  readonly comparisons: readonly Comparison[];
}

/**
 * Tries every utterance at every size of stretch. Utterances of fewer than two stretches are left
 * out. The same utterances in the same order give the same figures.
 */
export async function deletionTest(
  bench: TrialBench,
  utterances: readonly Utterance[],
  stretchSizes: readonly number[],
  onUtterance?: (done: number, total: number) => void,
): Promise<DeletionTable[]> {
  const { featureCount } = bench.model.manifest.shape;
  const trials = new Map<number, Trial[]>(stretchSizes.map((size) => [size, []]));
  for (const [index, utterance] of utterances.entries()) {
    for (const stretchFrames of stretchSizes) {
      const plan = { stretchFrames, share: REMOVED_SHARE };
      const frameCount = utterance.features.length / featureCount;
      if (stretchCount(frameCount, plan) < FEWEST_STRETCHES) continue;
      trials.get(stretchFrames)!.push(await tryDeletions(bench, utterance, plan, SEED + index));
    }
    onUtterance?.(index + 1, utterances.length);
  }
  return [...trials].flatMap(([stretchFrames, ofSize]) =>
    REMOVALS.map((removal) => tabulate(ofSize, stretchFrames, removal)),
  );
}

function tabulate(
  trials: readonly Trial[],
  stretchFrames: number,
  removal: Removal,
): DeletionTable {
  const bySpeaker = [...groupBy(trials, ({ speaker }) => speaker).values()];
  const of = (trial: Trial, method: Method, key: keyof Drop) => trial.drops[removal][method][key];
  const difference = (one: Method, other: Method, key: keyof Drop) =>
    estimate(
      bySpeaker.map((own) => own.map((trial) => of(trial, one, key) - of(trial, other, key))),
      createRandom(SEED),
    );
  const meanOf = (method: Method, key: keyof Drop) =>
    mean(trials.map((trial) => of(trial, method, key)));
  const comparisons = EXPLANATIONS.flatMap((explanation) =>
    RIVALS.filter((rival) => rival !== explanation).map((rival) => ({
      explanation,
      rival,
      difference: {
        answerLogProbability: difference(explanation, rival, 'answerLogProbability'),
        truthProbability: difference(explanation, rival, 'truthProbability'),
      },
    })),
  );
  const drops = ofEveryMethod((method) => ({
    answerLogProbability: meanOf(method, 'answerLogProbability'),
    truthProbability: meanOf(method, 'truthProbability'),
  }));
  const speakers = bySpeaker.length;
  return { stretchFrames, removal, utterances: trials.length, speakers, drops, comparisons };
}

/** The mean over all values, and a 95 % percentile interval (Efron) that draws whole speakers with replacement. */
export function estimate(bySpeaker: readonly (readonly number[])[], random: Random): Estimate {
  const parts = bySpeaker.map((values) => ({ sum: sum(values), count: values.length }));
  const drawn = Float64Array.from({ length: RESAMPLES }, () => {
    const picked = parts.map(() => random.pick(parts));
    return sum(picked.map((part) => part.sum)) / sum(picked.map((part) => part.count));
  }).sort();
  return {
    mean: mean(bySpeaker.flat()),
    low: quantile(drawn, 0.025),
    high: quantile(drawn, 0.975),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : sum(values) / values.length;
}

/** Whether an explanation may be shown: one verdict a size of stretch. */
export interface Verdict {
  readonly explanation: Explanation;
  readonly stretchFrames: number;
  readonly passes: boolean;
  /** Where it does not lie clearly above. */
  readonly failures: readonly { readonly removal: Removal; readonly rival: Rival }[];
}

/**
 * An explanation passes when taking away what it points to costs the answer more than taking away
 * as much by chance, and more than taking away the loudest: the whole interval of the answer's
 * log-probability above zero, for both ways of removing.
 */
export function verdicts(tables: readonly DeletionTable[]): Verdict[] {
  const sizes = [...new Set(tables.map(({ stretchFrames }) => stretchFrames))];
  return sizes.flatMap((stretchFrames) =>
    EXPLANATIONS.map((explanation) => {
      const failures = tables
        .filter((table) => table.stretchFrames === stretchFrames)
        .flatMap(({ removal, comparisons }) =>
          comparisons
            .filter((one) => one.explanation === explanation && one.rival !== 'attention')
            .filter(({ difference }) => !(difference.answerLogProbability.low > 0))
            .map(({ rival }) => ({ removal, rival })),
        );
      return { explanation, stretchFrames, passes: failures.length === 0, failures };
    }),
  );
}
