import { EMOTIONS, type Emotion } from '../protocol/labels.ts';
import type { Baseline } from './baseline.ts';
import { describeLevel, describeSpeech } from './functionals.ts';
import { type InnerFold, innerFolds, pooledAccuracy } from './inner-folds.ts';
import type { LabelledFrames } from './labelled-frames.ts';
import { rbfKernel, scaledGamma } from './rbf-kernel.ts';
import { fitStandardisation, standardised } from './standardisation.ts';
import { type SvmProblem, withSvm } from './support-vector-machine.ts';

const COSTS = [0.1, 1, 10, 100];

/** One vector for a whole recording. */
type Describe = (frames: Float32Array) => Float64Array;

/** SVM on functionals of cepstra, level, voicing and pitch. */
export const svm: Baseline = (train, test, seed) => answers(describeSpeech, train, test, seed);

/** The same SVM that is told the level only: what loudness alone gives away. */
export const energy: Baseline = (train, test, seed) => answers(describeLevel, train, test, seed);

/** Both sides of a fold, ready for libsvm at any cost. */
interface Prepared extends SvmProblem {
  /** `[test][train]` */
  readonly testKernel: readonly Float64Array[];
}

async function answers(
  describe: Describe,
  train: readonly LabelledFrames[],
  test: readonly LabelledFrames[],
  seed: number,
) {
  const described = new Map<LabelledFrames, Float64Array>();
  for (const heard of [...train, ...test]) described.set(heard, describe(heard.frames));
  const cost = await chooseCost(innerFolds(train, seed), described);
  const predicted = await predict(prepare({ train, test }, described), cost);
  return { predicted, chosen: `C ${cost}` };
}

/** The cost that does best on the inner folds, of equals the smallest. */
async function chooseCost(
  folds: readonly InnerFold[],
  described: ReadonlyMap<LabelledFrames, Float64Array>,
): Promise<number> {
  const prepared = folds.map((fold) => prepare(fold, described));
  let best = { cost: COSTS[0]!, accuracy: Number.NEGATIVE_INFINITY };
  for (const cost of COSTS) {
    const predicted = [];
    for (const fold of prepared) predicted.push(await predict(fold, cost));
    const accuracy = pooledAccuracy(folds, predicted);
    if (accuracy > best.accuracy) best = { cost, accuracy };
  }
  return best.cost;
}

/** What belongs to the rows (means, deviations, γ) is taken from the training side. */
function prepare(
  { train, test }: InnerFold,
  described: ReadonlyMap<LabelledFrames, Float64Array>,
): Prepared {
  const raw = train.map((heard) => described.get(heard)!);
  const scale = fitStandardisation(raw, raw[0]!.length);
  const rows = raw.map((row) => standardised(row, scale));
  const testRows = test.map((heard) => standardised(described.get(heard)!, scale));
  const gamma = scaledGamma(rows);
  return {
    kernel: rbfKernel(rows, rows, gamma),
    testKernel: rbfKernel(testRows, rows, gamma),
    classes: train.map(({ clip }) => EMOTIONS.indexOf(clip.label)),
  };
}

function predict(prepared: Prepared, cost: number): Promise<Emotion[]> {
  return withSvm(prepared, cost, (decide) =>
    prepared.testKernel.map((row) => EMOTIONS[decide(row)]!),
  );
}
