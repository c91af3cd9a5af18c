import assert from 'node:assert/strict';
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '../../src/pipeline/engines/tensorflow-backend.ts';
import { FEATURE_COUNT } from '../../src/pipeline/features/layout.ts';
import { WEIGHT_NAMES } from '../../src/pipeline/network/weights.ts';
import { systemClock } from '../../src/protocol/clock.ts';
import type { TrainingClip } from '../../src/training/batches.ts';
import { loadGradientEngine } from '../../src/training/engines/gradient-engine.ts';
import { createRandom } from '../../src/training/random.ts';
import { DEFAULT_RECIPE, type Recipe } from '../../src/training/recipe.ts';
import { train } from '../../src/training/trainer.ts';
import { learningRateAt } from '../../src/training/training-run.ts';
import { type Readings, validate } from '../../src/training/validation.ts';

const RECIPE: Recipe = {
  ...DEFAULT_RECIPE,
  epochs: 25,
  batchSize: 8,
  learningRate: 5e-3,
  labelSmoothing: 0,
  dropout: { conv: 0, pooled: 0, dense: 0 },
  specAugment: { timeMasks: 0, maxTimeFrames: 0, melMasks: 0, maxMelBands: 0 },
  emaDecay: 0.9,
  network: {
    convChannels: 16,
    hiddenUnits: 16,
    attentionUnits: 8,
    denseUnits: 16,
    residual: true,
    halfLifeMs: 8000,
    members: 1,
    statisticsUnits: 0,
    statisticsReferences: [],
    statisticsHalfLifeMs: 1000,
    statisticsShare: 0.5,
    peakSharpness: 0,
    peakFallMs: 8000,
    centringPriorFrames: 30,
    centringHalfLifeMs: 4000,
  },
};

/** Clips whose label shows as a raised band, under noise. */
function syntheticClips(count: number, seed: number): TrainingClip[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const label = i % 4;
    const length = 12 + random.integer(12);
    const features = Float32Array.from(
      { length: length * FEATURE_COUNT },
      (_, k) => random.normal() + ((k % FEATURE_COUNT) >> 3 === label ? 1 : 0),
    );
    return {
      variants: [features],
      label,
      speaker: `s${i % 3}`,
      corpus: 'made',
      path: `${seed}/${i}`,
    };
  });
}

describe('trainer', function () {
  this.timeout(60_000);
  // Tensors are counted below, which TensorFlow does only once it has a backend.
  before(() => useBackend('wasm'));

  it('learns a small problem: the loss falls below a tenth, strangers are told apart', async () => {
    const losses: number[] = [];
    const trained = await train(syntheticClips(32, 1), syntheticClips(16, 2), RECIPE, {
      clock: systemClock,
      onStep: ({ loss }) => losses.push(loss),
    });
    assert.equal(losses.length, 25 * 4);
    assert.ok(losses.at(-1)! < losses[0]! / 10, `${losses[0]} to ${losses.at(-1)}`);
    const last = trained.history.at(-1)!;
    assert.ok(last.validation!.made!.unweightedAccuracy > 0.9, `${JSON.stringify(last)}`);
    assert.ok(trained.temperature >= 0.1 && trained.temperature <= 10);
  });

  for (const engine of ['onnxruntime', 'tensorflow-wasm'] as const) {
    it(`gives the same weights for the same seed, and leaves no tensors behind, with ${engine}`, async () => {
      const recipe = { ...RECIPE, epochs: 2, dropout: { conv: 0.2, pooled: 0.2, dense: 0 } };
      const once = (seed: number) =>
        train(syntheticClips(16, 1), [], { ...recipe, seed }, { clock: systemClock, engine });
      const first = await once(1);
      assert.equal(first.engine, engine);
      const tensors = tf.memory().numTensors;
      const second = await once(1);
      assert.equal(tf.memory().numTensors, tensors);
      assert.deepEqual(first.weights, second.weights);
      assert.notDeepEqual(first.weights, (await once(2)).weights);
    });
  }

  it('ends in the same weights when it was interrupted and resumed', async () => {
    const recipe: Recipe = { ...RECIPE, epochs: 4, dropout: { conv: 0.2, pooled: 0.2, dense: 0 } };
    const folder = await mkdtemp(join(tmpdir(), 'tonewire-'));
    const checkpoint = join(folder, 'checkpoint');
    const clips = syntheticClips(16, 1);
    const whole = await train(clips, [], recipe, { clock: systemClock });
    const stop = new AbortController();
    const onStep = ({ step }: { step: number }) => step === 5 && stop.abort();
    const hooks = { clock: systemClock, checkpoint, resume: true };
    await assert.rejects(train(clips, [], recipe, { ...hooks, onStep, signal: stop.signal }));
    const steps: number[] = [];
    const resumed = await train(clips, [], recipe, {
      ...hooks,
      onStep: ({ step }) => steps.push(step),
    });
    assert.deepEqual(steps, [5, 6, 7, 8]);
    assert.deepEqual(resumed.weights, whole.weights);
    assert.deepEqual(resumed.history, whole.history);
    assert.deepEqual(await readdir(folder), []);
  });

  it('does not go on from the checkpoint of another recipe', async () => {
    const checkpoint = join(await mkdtemp(join(tmpdir(), 'tonewire-')), 'checkpoint');
    const clips = syntheticClips(16, 1);
    const stop = new AbortController();
    const onEpoch = () => stop.abort();
    const hooks = { clock: systemClock, checkpoint, resume: true };
    await assert.rejects(train(clips, [], RECIPE, { ...hooks, onEpoch, signal: stop.signal }));
    await assert.rejects(train(clips, [], { ...RECIPE, seed: 9 }, hooks), {
      code: 'TW_TRAINING',
      message: /another recipe/,
    });
  });

  it('does not go on from a checkpoint that began with another network', async () => {
    const checkpoint = join(await mkdtemp(join(tmpdir(), 'tonewire-')), 'checkpoint');
    const clips = syntheticClips(16, 1);
    const first = await train(clips, [], { ...RECIPE, epochs: 1 }, { clock: systemClock });
    const begunWith = (id: string) => {
      return { clock: systemClock, checkpoint, resume: true, from: { id, ...first } };
    };
    const stop = new AbortController();
    const stopped = { ...begunWith('first'), onEpoch: () => stop.abort(), signal: stop.signal };
    await assert.rejects(train(clips, [], RECIPE, stopped), { message: /stopped/ });
    await assert.rejects(train(clips, [], RECIPE, begunWith('second')), {
      code: 'TW_TRAINING',
      message: /another start/,
    });
    const resumed = await train(clips, [], RECIPE, begunWith('first'));
    assert.equal(resumed.history.length, RECIPE.epochs);
  });

  it('moves only the layers that are not frozen, from the weights it is given', async () => {
    const clips = syntheticClips(16, 1);
    const first = await train(clips, [], { ...RECIPE, epochs: 1 }, { clock: systemClock });
    const recipe: Recipe = { ...RECIPE, epochs: 1, frozen: ['conv1', 'conv2', 'lstm'] };
    const hooks = { clock: systemClock, from: { id: 'first', ...first } };
    const tuned = await train(syntheticClips(16, 7), [], recipe, hooks);
    const moved = WEIGHT_NAMES.filter(
      (name) => !isDeepStrictEqual(tuned.weights[name], first.weights[name]),
    );
    const layers = new Set(moved.map((name) => name.split('.')[0]));
    assert.deepEqual([...layers], ['attention', 'dense', 'output']);
  });

  it('weighs all frames alike when the recipe has no attention', async () => {
    const recipe: Recipe = { ...RECIPE, epochs: 2, attention: false };
    const { weights } = await train(syntheticClips(8, 1), [], recipe, { clock: systemClock });
    assert.ok(weights['attention.vector'].every((value) => value === 0));
  });

  it('switches off the columns of a feature group that the recipe leaves out', async () => {
    const recipe: Recipe = { ...RECIPE, epochs: 1, featureGroups: ['logMel', 'prosody'] };
    const { weights } = await train(syntheticClips(8, 1), [], recipe, { clock: systemClock });
    const off = weights['input.scale'].filter((scale) => scale === 0).length;
    assert.equal(off, FEATURE_COUNT - 64 - 4);
  });

  it('masks the labels that a corpus does not have', async () => {
    const recipe: Recipe = { ...RECIPE, epochs: 1, maskLabelsByCorpus: true, balanceLabels: true };
    const trained = await train(syntheticClips(8, 1), [], recipe, { clock: systemClock });
    // Labels that never take part get no gradient: their output weights' bias stays as it began.
    assert.deepEqual([...trained.weights['output.bias'].subarray(4)], [0, 0, 0, 0]);
    assert.ok(trained.weights['output.bias'][0] !== 0);
  });

  it('answers a label by how often it occurs, or as often as any other where labels are balanced', async () => {
    // Nothing in the clips tells the labels apart: one in four has label 1.
    const clips = syntheticClips(32, 1).map((clip, i) => {
      const variants = [new Float32Array(16 * FEATURE_COUNT).fill(i % 2)];
      return { ...clip, variants, label: i % 8 < 6 ? 0 : 1 };
    });
    const ahead = async (balanceLabels: boolean) => {
      const recipe: Recipe = { ...RECIPE, maskLabelsByCorpus: true, balanceLabels };
      const { shape, weights } = await train(clips, [], recipe, { clock: systemClock });
      const engine = await loadGradientEngine('auto', { shape, readoutEvery: recipe.readoutEvery });
      const [{ logits }] = (await validate(engine, weights, clips, recipe, shape)) as [Readings];
      await engine.close();
      return logits.at(-1)![0]! - logits.at(-1)![1]!;
    };
    const learnt = await ahead(false);
    assert.ok(Math.abs(learnt - Math.log(3)) < 0.2, `${learnt} is not ln 3`);
    const balanced = await ahead(true);
    assert.ok(Math.abs(balanced) < 0.2, `${balanced} is not 0`);
  });

  it('stops with a coded error when it is told to', async () => {
    const stop = new AbortController();
    const hooks = { clock: systemClock, signal: stop.signal, onStep: () => stop.abort() };
    await assert.rejects(train(syntheticClips(16, 1), [], RECIPE, hooks), { code: 'TW_TRAINING' });
  });

  it('warms up, then falls along a cosine to a hundredth', () => {
    const recipe: Recipe = { ...RECIPE, epochs: 10, warmupEpochs: 1, learningRate: 1 };
    assert.equal(learningRateAt(recipe, 0, 10), 0.1);
    assert.equal(learningRateAt(recipe, 9, 10), 1);
    assert.ok(Math.abs(learningRateAt(recipe, 55, 10) - 0.505) < 1e-9);
    assert.ok(learningRateAt(recipe, 99, 10) < 0.012);
    const decay: Recipe = { ...recipe, schedule: 'decay' };
    assert.equal(learningRateAt(decay, 76, 10), 1);
    assert.ok(Math.abs(learningRateAt(decay, 100 - 11.25, 10) - 0.505) < 1e-9);
  });
});
