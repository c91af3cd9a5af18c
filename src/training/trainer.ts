import { setImmediate as giveWay } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import { type TensorflowBackend, useBackend } from '../pipeline/engines/tensorflow-backend.ts';
import { centredColumns, FEATURE_COUNT } from '../pipeline/features/layout.ts';
import { readouts } from '../pipeline/network/network.ts';
import type { NetworkShape } from '../pipeline/network/shape.ts';
import { toTensors } from '../pipeline/network/weight-tensors.ts';
import { LEARNED_NAMES, type WeightArrays, type Weights } from '../pipeline/network/weights.ts';
import type { Clock } from '../protocol/clock.ts';
import { TonewireError } from '../protocol/errors.ts';
import { type Batch, measureFeatures, type TrainingClip, trainingBatches } from './batches.ts';
import { dropoutMasks } from './dropout.ts';
import { initialWeights } from './initial-weights.ts';
import { crossEntropy, type LabelUse, measureLabels, targetsOf } from './loss.ts';
import { AdamW, AveragedWeights, type Gradients } from './optimizer.ts';
import { createRandom, type Random } from './random.ts';
import { type Recipe, recipeShape } from './recipe.ts';
import { fitTemperature } from './temperature.ts';
import { accuracyOf, calibrationReadouts, type Readings, validate } from './validation.ts';

export type { TrainingClip } from './batches.ts';

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

export interface EpochReport {
  readonly epoch: number;
  readonly epochs: number;
  readonly trainingLoss: number;
  /** Of the averaged weights on the whole validation clips; absent when not validated. */
  readonly validation?: { readonly accuracy: number; readonly unweightedAccuracy: number };
}

export interface TrainingHooks {
  readonly clock: Clock;
  /** Default: 'wasm'. */
  readonly backend?: TensorflowBackend;
  readonly signal?: AbortSignal;
  onStep?(progress: StepProgress): void;
  onEpoch?(report: EpochReport): void;
}

/** What training leaves behind: the averaged weights of the last epoch. */
export interface TrainedWeights {
  readonly shape: NetworkShape;
  readonly weights: WeightArrays;
  /** Fitted on the validation clips; 1 without any. */
  readonly temperature: number;
  readonly history: readonly EpochReport[];
}

/** The learning rate at a step: linear warm-up, then constant or a cosine down to 1 %. */
export function learningRateAt(recipe: Recipe, step: number, stepsPerEpoch: number): number {
  const warmup = recipe.warmupEpochs * stepsPerEpoch;
  if (step < warmup) return (recipe.learningRate * (step + 1)) / warmup;
  if (recipe.schedule === 'constant') return recipe.learningRate;
  const part = (step - warmup) / Math.max(1, recipe.epochs * stepsPerEpoch - warmup);
  return recipe.learningRate * (0.01 + 0.99 * 0.5 * (1 + Math.cos(Math.PI * part)));
}

/** Loss and gradients of one batch. */
async function gradientsOf(
  shape: NetworkShape,
  arrays: WeightArrays,
  batch: Batch,
  use: LabelUse,
  recipe: Recipe,
  random: Random,
): Promise<{ loss: number; gradients: Gradients }> {
  const targets = targetsOf(batch, use, recipe);
  const { value, grads } = tf.tidy(() => {
    const weights = toTensors(arrays, shape);
    const batchSize = batch.clips.length;
    const frames = tf.tensor3d(batch.frames, [batchSize, batch.frameCount, FEATURE_COUNT]);
    const dropout = dropoutMasks(shape, batchSize, recipe.dropout, random);
    const loss = (...learned: tf.Tensor[]) => {
      const entries = LEARNED_NAMES.map((name, i) => [name, learned[i]]);
      const current = { ...weights, ...Object.fromEntries(entries) } as Weights;
      const options = { every: recipe.readoutEvery, dropout };
      const { logits } = readouts(shape, current, frames, batch.lengths, options);
      return crossEntropy(logits, targets);
    };
    return tf.valueAndGrads(loss)(LEARNED_NAMES.map((name) => weights[name]));
  });
  const gradients: Gradients = {};
  for (const [i, name] of LEARNED_NAMES.entries()) {
    gradients[name] = (await grads[i]!.data()) as Float32Array;
  }
  const loss = (await value.data())[0]!;
  tf.dispose([value, grads]);
  return { loss, gradients };
}

function checkInput(clips: readonly TrainingClip[], recipe: Recipe): void {
  if (clips.length === 0) throw new TonewireError('TW_TRAINING', 'There are no training clips.');
  if (recipe.optimizer === 'adam' && recipe.weightDecay !== 0) {
    throw new TonewireError('TW_TRAINING', 'weightDecay needs the optimizer "adamw".');
  }
  const { network } = recipe;
  if (network.residual && network.convChannels !== network.hiddenUnits) {
    throw new TonewireError('TW_TRAINING', 'A residual needs convChannels equal to hiddenUnits.');
  }
}

/** One training run's moving parts. */
class Run {
  readonly shape: NetworkShape;
  readonly weights: WeightArrays;
  readonly averaged: AveragedWeights;
  readonly stepsPerEpoch: number;
  readonly #clips: readonly TrainingClip[];
  readonly #recipe: Recipe;
  readonly #hooks: TrainingHooks;
  readonly #random: Random;
  readonly #use: LabelUse;
  readonly #optimizer: AdamW;
  readonly #startedMs: number;
  #steps = 0;

  constructor(clips: readonly TrainingClip[], recipe: Recipe, hooks: TrainingHooks) {
    this.shape = recipeShape(recipe);
    this.#clips = clips;
    this.#recipe = recipe;
    this.#hooks = hooks;
    this.#random = createRandom(recipe.seed);
    const { mean, scale } = measureFeatures(clips, recipe.featureGroups);
    const fresh = initialWeights(this.shape, this.#random.fork());
    const centre = recipe.centre ? centredColumns() : new Float32Array(FEATURE_COUNT);
    this.weights = {
      ...fresh,
      'input.mean': mean,
      'input.scale': scale,
      'input.centre': centre,
    };
    this.averaged = new AveragedWeights(this.weights, recipe.emaDecay);
    this.#use = measureLabels(clips, recipe, this.shape.labelCount);
    this.#optimizer = new AdamW(this.weights, recipe.weightDecay, recipe.gradientClip);
    this.stepsPerEpoch = Math.ceil(clips.length / recipe.batchSize);
    this.#startedMs = hooks.clock.monotonicMs();
  }

  /** Trains on every clip once and returns the mean loss. */
  async epoch(epoch: number): Promise<number> {
    const recipe = this.#recipe;
    let total = 0;
    for (const batch of trainingBatches(
      this.#clips,
      this.weights['input.mean'],
      recipe,
      this.#random,
    )) {
      if (this.#hooks.signal?.aborted) {
        throw new TonewireError('TW_TRAINING', 'Training was stopped.');
      }
      const loss = await this.#step(batch);
      total += (loss * batch.clips.length) / this.#clips.length;
      this.#hooks.onStep?.({ epoch, epochs: recipe.epochs, loss, ...this.#progress() });
      await giveWay();
    }
    return total;
  }

  async #step(batch: Batch): Promise<number> {
    const { shape, weights } = this;
    const random = this.#random;
    const recipe = this.#recipe;
    const { loss, gradients } = await gradientsOf(shape, weights, batch, this.#use, recipe, random);
    if (!Number.isFinite(loss)) {
      throw new TonewireError('TW_TRAINING', `The loss is ${loss} at step ${this.#steps + 1}.`);
    }
    const rate = learningRateAt(recipe, this.#steps, this.stepsPerEpoch);
    this.#optimizer.update(weights, gradients, rate);
    this.averaged.add(weights);
    this.#steps++;
    return loss;
  }

  #progress() {
    const step = this.#steps;
    const steps = this.stepsPerEpoch * this.#recipe.epochs;
    const spentMs = this.#hooks.clock.monotonicMs() - this.#startedMs;
    return { step, steps, remainingMs: (spentMs / step) * (steps - step) };
  }
}

/**
 * Trains a network from scratch by a fixed schedule and returns its averaged weights after the last
 * epoch. The validation clips (other speakers) only report and fit the temperature: nothing is
 * chosen by them.
 */
export async function train(
  clips: readonly TrainingClip[],
  validation: readonly TrainingClip[],
  recipe: Recipe,
  hooks: TrainingHooks,
): Promise<TrainedWeights> {
  checkInput(clips, recipe);
  await useBackend(hooks.backend ?? 'wasm');
  const run = new Run(clips, recipe, hooks);
  const { shape } = run;
  const history: EpochReport[] = [];
  let readings: Readings[] = [];
  for (let epoch = 1; epoch <= recipe.epochs; epoch++) {
    const trainingLoss = await run.epoch(epoch);
    const every = recipe.validateEveryEpochs;
    const due = epoch === recipe.epochs || (every > 0 && epoch % every === 0);
    let report: EpochReport = { epoch, epochs: recipe.epochs, trainingLoss };
    if (due && validation.length > 0) {
      readings = await validate(shape, run.averaged.values, validation, recipe);
      report = { ...report, validation: accuracyOf(readings, shape.labelCount) };
    }
    history.push(report);
    hooks.onEpoch?.(report);
  }
  const temperature = fitTemperature(calibrationReadouts(readings, recipe, shape));
  return { shape, weights: run.averaged.values, temperature, history };
}
