import { argmax, calibrate } from '../../pipeline/calibration.ts';
import type { Engine } from '../../pipeline/engines/engine.ts';
import { LEVEL_COLUMN } from '../../pipeline/features/layout.ts';
import type { ModelFolder } from '../../pipeline/model-folder.ts';
import { logProbabilityDirection } from '../../pipeline/network/linear-head.ts';
import { initialState } from '../../pipeline/network/shape.ts';
import { createRandom } from '../../training/random.ts';
import { contributions, contributionsAlong } from './contributions.ts';
import type { HiddenFrameReader } from './hidden-frames.ts';
import {
  drawnStretches,
  largestStretches,
  type Removal,
  type RemovalPlan,
  removeStretches,
  stretchCount,
  sumStretches,
} from './removal.ts';

/**
 * What chooses the frames that go: the attention's weight, what a frame adds to the answer's logit,
 * what it adds to the answer's log-probability, its level, or chance.
 */
export const METHODS = [
  'attention',
  'contribution',
  'logProbability',
  'loudness',
  'random',
] as const;
export type Method = (typeof METHODS)[number];

/** One labelled utterance. */
export interface Utterance {
  /** `[frames, F]`, raw: the speech alone. */
  readonly features: Float32Array;
  /** The truth's place among the labels. */
  readonly label: number;
  readonly speaker: string;
}

/** What a removal took from a reading; above zero where the answer lost. */
export interface Drop {
  /** Of the answer given before: natural logarithm of its probability. */
  readonly answerLogProbability: number;
  /** Of the true label: its probability. */
  readonly truthProbability: number;
}

/** Builds a record with one value for each method. */
export function ofEveryMethod<T>(make: (method: Method) => T): Readonly<Record<Method, T>> {
  return Object.fromEntries(METHODS.map((method) => [method, make(method)])) as Record<Method, T>;
}

/** One utterance's drops at one size of stretch. */
export interface Trial {
  readonly speaker: string;
  readonly drops: Readonly<Record<Removal, Readonly<Record<Method, Drop>>>>;
}

/** What an utterance is tried with. */
export interface TrialBench {
  readonly model: Pick<ModelFolder, 'manifest' | 'weights'>;
  readonly engine: Engine;
  readonly reader: HiddenFrameReader;
  /** Labels that may be answered, by their place. */
  readonly allowed: readonly number[];
}

const RANDOM_DRAWS = 5;

/** Calibrated probabilities `[labels]` after each of several utterances of one length, `[frames, F]` each. */
async function readAll(bench: TrialBench, utterances: readonly Float32Array[]) {
  const { shape, temperature } = bench.model.manifest;
  const { featureCount, labelCount } = shape;
  const length = utterances[0]!.length;
  const fresh = initialState(shape);
  const frames = new Float32Array(utterances.length * length);
  const state = new Float32Array(utterances.length * fresh.length);
  utterances.forEach((utterance, b) => {
    frames.set(utterance, b * length);
    state.set(fresh, b * fresh.length);
  });
  const batchSize = utterances.length;
  const input = { batchSize, frameCount: length / featureCount, frames, state };
  const { logits } = await bench.engine.step(input);
  return utterances.map((_, b) => {
    const own = logits.slice(b * labelCount, (b + 1) * labelCount);
    const masked = own.map((logit, i) => (bench.allowed.includes(i) ? logit : -Infinity));
    return calibrate(masked, temperature, new Float32Array(labelCount));
  });
}

/** What each frame is worth by every method but chance, `[frames]` each. */
function frameValues(bench: TrialBench, features: Float32Array, probabilities: Float32Array) {
  const { shape, temperature } = bench.model.manifest;
  const { labelCount, featureCount } = shape;
  const answer = argmax(probabilities);
  const direction = logProbabilityDirection(probabilities, answer, temperature);
  const parts = contributions(shape, bench.model.weights, bench.reader.read(features));
  return {
    attention: parts.attention,
    contribution: parts.values.filter((_, i) => i % labelCount === answer),
    logProbability: contributionsAlong(parts.values, direction),
    loudness: features.filter((_, i) => i % featureCount === LEVEL_COLUMN),
  };
}

/** The stretches that go: one set a method, five for chance. */
function choose(values: ReturnType<typeof frameValues>, plan: RemovalPlan, seed: number) {
  const random = createRandom(seed);
  const stretches = stretchCount(values.attention.length, plan);
  const chosen = METHODS.flatMap((method) => {
    if (method === 'random') return [];
    return [{ method, removed: largestStretches(sumStretches(values[method], plan), plan) }];
  });
  const drawn = Array.from({ length: RANDOM_DRAWS }, () => ({
    method: 'random' as const,
    removed: drawnStretches(stretches, plan, random),
  }));
  return [...chosen, ...drawn];
}

function meanDrop(drops: readonly Drop[]): Drop {
  const mean = (key: keyof Drop) => drops.reduce((sum, drop) => sum + drop[key], 0) / drops.length;
  return {
    answerLogProbability: mean('answerLogProbability'),
    truthProbability: mean('truthProbability'),
  };
}

/**
 * Takes frames away by every method, in both ways, and reads again: the deletion test of
 * explanations (Samek et al. 2017, "Evaluating the visualization of what a deep neural network has
 * learned", adapted to stretches of speech). `seed` decides the draws.
 */
export async function tryDeletions(
  bench: TrialBench,
  utterance: Utterance,
  plan: RemovalPlan,
  seed: number,
): Promise<Trial> {
  const { features, label, speaker } = utterance;
  const [before] = await readAll(bench, [features]);
  const answer = argmax(before!);
  const choices = choose(frameValues(bench, features, before!), plan, seed);
  const mean = bench.model.weights['input.mean'];
  const ofRemoval = async (removal: Removal) => {
    const left = choices.map(({ removed }) =>
      removeStretches(features, removed, plan.stretchFrames, mean, removal),
    );
    const after = await readAll(bench, left);
    const drops = after.map((probabilities) => ({
      answerLogProbability: Math.log(before![answer]!) - Math.log(probabilities[answer]!),
      truthProbability: before![label]! - probabilities[label]!,
    }));
    return ofEveryMethod((method) =>
      meanDrop(drops.filter((_, i) => choices[i]!.method === method)),
    );
  };
  return { speaker, drops: { cut: await ofRemoval('cut'), masked: await ofRemoval('masked') } };
}
