import { setImmediate as giveWay } from 'node:timers/promises';
import { centredColumns, FEATURE_COUNT } from '../pipeline/features/layout.ts';
import type { NetworkShape } from '../pipeline/network/shape.ts';
import { mapWeights, type WeightArrays, type WeightName } from '../pipeline/network/weights.ts';
import type { Clock } from '../protocol/clock.ts';
import { TonewireError } from '../protocol/errors.ts';
import { type Batch, measureFeatures, type TrainingClip, trainingBatches } from './batches.ts';
import type { TrainingState } from './checkpoint.ts';
import { mixInTeacher } from './distillation.ts';
import { dropoutValues } from './dropout.ts';
import type { GradientEngine } from './engines/gradient-engine.ts';
import type { EpochReport } from './epoch-report.ts';
import { initialWeights } from './initial-weights.ts';
import { type LabelUse, measureLabels, type Targets, targetsOf } from './loss.ts';
import { measureStatistics, type Normalisation } from './measure-statistics.ts';
import { mixClips } from './mixup.ts';
import { AdamW, AveragedWeights, type Gradients } from './optimizer.ts';
import { createRandom, type Random, seedFrom } from './random.ts';
import type { Recipe } from './recipe.ts';
import type { Teacher } from './teacher.ts';

export interface StepProgress {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** From 1, over all epochs. */
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  readonly remainingMs: number;
}

export interface StepHooks {
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  /** Whom the recipe's distillation asks. */
  readonly teachers?: readonly Teacher[];
  onStep?(progress: StepProgress): void;
}

/** A network that another run has trained. */
export interface StartingPoint {
  /** The digest of its weights: which network it is. */
  readonly id: string;
  readonly shape: NetworkShape;
  readonly weights: WeightArrays;
}

/** What a run begins with, and what it tells while it goes on. */
export interface RunHooks extends StepHooks {
  /** A network to begin with instead of a fresh one; its shape goes before the recipe's. */
  readonly from?: StartingPoint;
  /** How another reader of the same model normalises frames; measured on the clips without it. */
  readonly normalisation?: Normalisation;
}

/** Share of the steps in which the schedule "decay" falls. */
const DECAY_SHARE = 0.25;

/**
 * The learning rate at a step: linear warm-up, then constant, or a cosine down to 1 %, or constant
 * and in the last quarter of the steps a straight line down to 1 % ("warm-up, stable, decay").
 */
export function learningRateAt(recipe: Recipe, step: number, stepsPerEpoch: number): number {
  const warmup = recipe.warmupEpochs * stepsPerEpoch;
  if (step < warmup) return (recipe.learningRate * (step + 1)) / warmup;
  if (recipe.schedule === 'constant') return recipe.learningRate;
  const part = (step - warmup) / Math.max(1, recipe.epochs * stepsPerEpoch - warmup);
  const left =
    recipe.schedule === 'cosine'
      ? 0.5 * (1 + Math.cos(Math.PI * part))
      : Math.min(1, (1 - part) / DECAY_SHARE);
  return recipe.learningRate * (0.01 + 0.99 * left);
}

/** Clips that one epoch sees. */
function clipsAnEpoch(clips: readonly TrainingClip[], recipe: Recipe): number {
  const counts = new Map<string, number>();
  for (const { corpus = '' } of clips) counts.set(corpus, (counts.get(corpus) ?? 0) + 1);
  let total = 0;
  for (const [corpus, count] of counts) {
    total += Math.min(count, recipe.clipsPerEpoch[corpus] ?? count);
  }
  return total;
}

/** Weights to begin with: fresh ones fitted to the clips, or those of a finished model. */
function startingWeights(
  shape: NetworkShape,
  clips: readonly TrainingClip[],
  recipe: Recipe,
  { from, normalisation: given }: Pick<RunHooks, 'from' | 'normalisation'>,
): WeightArrays {
  const fresh = initialWeights(shape, createRandom(seedFrom(recipe.seed, 'weights')));
  if (from !== undefined) {
    const isFresh = (name: WeightName) =>
      recipe.freshOutput && /^(statistics\.)?output\./.test(name);
    return mapWeights((name) => (isFresh(name) ? fresh : from.weights)[name].slice());
  }
  const normalisation = given ?? measureFeatures(clips, recipe.featureGroups);
  const statistics =
    shape.statisticsUnits > 0 ? measureStatistics(shape, normalisation, clips) : undefined;
  const centre = recipe.centre ? centredColumns() : new Float32Array(FEATURE_COUNT);
  const attention = recipe.attention ? {} : { 'attention.vector': zerosLike(fresh) };
  return {
    ...fresh,
    ...attention,
    'input.mean': normalisation.mean,
    'input.scale': normalisation.scale,
    'input.centre': centre,
    ...(statistics && {
      'statistics.mean': statistics.mean,
      'statistics.scale': statistics.scale,
    }),
  };
}

function zerosLike(weights: WeightArrays): Float32Array {
  return new Float32Array(weights['attention.vector'].length);
}

/** Training's moving parts: weights, averages, optimiser. What is drawn at random depends on seed and epoch only. */
export class TrainingRun {
  readonly shape: NetworkShape;
  readonly weights: WeightArrays;
  readonly averaged: AveragedWeights;
  readonly stepsPerEpoch: number;
  readonly #clips: readonly TrainingClip[];
  readonly #recipe: Recipe;
  readonly #engine: GradientEngine;
  readonly #hooks: StepHooks;
  readonly #use: LabelUse;
  readonly #optimizer: AdamW;
  readonly #startedMs: number;
  #firstStep = 0;
  #steps = 0;

  constructor(
    shape: NetworkShape,
    clips: readonly TrainingClip[],
    recipe: Recipe,
    engine: GradientEngine,
    hooks: RunHooks,
  ) {
    this.shape = shape;
    this.#clips = clips;
    this.#recipe = recipe;
    this.#engine = engine;
    this.#hooks = hooks;
    this.weights = startingWeights(shape, clips, recipe, hooks);
    this.averaged = new AveragedWeights(this.weights, recipe.emaDecay);
    this.#use = measureLabels(clips, recipe, shape.labelCount);
    this.#optimizer = new AdamW(this.weights, recipe.weightDecay, recipe.gradientClip);
    this.stepsPerEpoch = Math.ceil(clipsAnEpoch(clips, recipe) / recipe.batchSize);
    this.#startedMs = hooks.clock.monotonicMs();
  }

  /** What a checkpoint holds; views, not copies. */
  state(history: readonly EpochReport[]): TrainingState {
    const { firstMoment, secondMoment } = this.#optimizer;
    return {
      weights: this.weights,
      averaged: this.averaged.values,
      firstMoment,
      secondMoment,
      steps: this.#steps,
      history,
    };
  }

  /** Goes on after so many steps, the arrays of `state` having been filled. */
  resume(steps: number): void {
    this.#steps = steps;
    this.#firstStep = steps;
    this.#optimizer.resume(steps);
    this.averaged.resume(steps);
  }

  /** Trains on an epoch's clips once; the mean loss and the last learning rate. */
  async epoch(epoch: number): Promise<Omit<EpochReport, 'validation'>> {
    const recipe = this.#recipe;
    const random = createRandom(seedFrom(recipe.seed, 'epoch', epoch));
    let total = 0;
    let sequences = 0;
    const mean = this.weights['input.mean'];
    for (const batch of trainingBatches(this.#clips, mean, recipe, random)) {
      if (this.#hooks.signal?.aborted) {
        throw new TonewireError('TW_TRAINING', 'Training was stopped.');
      }
      const loss = await this.#step(batch, random);
      total += loss * batch.lengths.length;
      sequences += batch.lengths.length;
      this.#hooks.onStep?.({ epoch, epochs: recipe.epochs, loss, ...this.#progress() });
      await giveWay();
    }
    const learningRate = learningRateAt(recipe, this.#steps - 1, this.stepsPerEpoch);
    return { epoch, epochs: recipe.epochs, trainingLoss: total / sequences, learningRate };
  }

  async #step(batch: Batch, random: Random): Promise<number> {
    const recipe = this.#recipe;
    const targets = targetsOf(batch, this.#use, recipe);
    mixClips(batch, targets, recipe, random);
    await this.#askTeacher(batch, targets, random);
    const dropout = dropoutValues(this.shape, batch.lengths.length, recipe.dropout, random);
    const result = await this.#engine.gradients(this.weights, batch, targets, dropout);
    if (!Number.isFinite(result.loss)) {
      throw new TonewireError(
        'TW_TRAINING',
        `The loss is ${result.loss} at step ${this.#steps + 1}.`,
      );
    }
    const rate = learningRateAt(recipe, this.#steps, this.stepsPerEpoch);
    this.#optimizer.update(this.weights, this.#unfrozen(result.gradients), rate);
    this.averaged.add(this.weights);
    this.#steps++;
    return result.loss;
  }

  /** One teacher a batch, drawn: over many batches that is their mean, for the price of one. */
  async #askTeacher(batch: Batch, targets: Targets, random: Random): Promise<void> {
    const { teachers = [] } = this.#hooks;
    if (teachers.length === 0) return;
    const logits = await random.pick(teachers).answer(batch);
    mixInTeacher(targets, logits, this.#recipe.distillation.share);
  }

  /** The gradients of the layers that learn. */
  #unfrozen(gradients: Gradients): Gradients {
    const { frozen, attention } = this.#recipe;
    const still = new Set<string>(attention ? frozen : [...frozen, 'attention']);
    const entries = Object.entries(gradients).filter(([name]) => !still.has(name.split('.')[0]!));
    return Object.fromEntries(entries);
  }

  #progress() {
    const step = this.#steps;
    const steps = this.stepsPerEpoch * this.#recipe.epochs;
    const spentMs = this.#hooks.clock.monotonicMs() - this.#startedMs;
    return { step, steps, remainingMs: (spentMs / (step - this.#firstStep)) * (steps - step) };
  }
}
