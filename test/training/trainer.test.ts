import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import { FEATURE_COUNT } from '../../src/pipeline/features/layout.ts';
import { systemClock } from '../../src/protocol/clock.ts';
import { createRandom } from '../../src/training/random.ts';
import { DEFAULT_RECIPE, type Recipe } from '../../src/training/recipe.ts';
import { learningRateAt, type TrainingClip, train } from '../../src/training/trainer.ts';

const RECIPE: Recipe = {
  ...DEFAULT_RECIPE,
  epochs: 25,
  batchSize: 8,
  learningRate: 5e-3,
  labelSmoothing: 0,
  dropout: { conv: 0, pooled: 0 },
  specAugment: { timeMasks: 0, maxTimeFrames: 0, melMasks: 0, maxMelBands: 0 },
  emaDecay: 0.9,
  network: {
    convChannels: 16,
    hiddenUnits: 16,
    attentionUnits: 8,
    denseUnits: 16,
    residual: true,
    halfLifeMs: 8000,
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
    return { variants: [features], label, speaker: `s${i % 3}`, corpus: 'made' };
  });
}

describe('trainer', function () {
  this.timeout(60_000);

  it('learns a small problem: the loss falls below a tenth, strangers are told apart', async () => {
    const losses: number[] = [];
    const trained = await train(syntheticClips(32, 1), syntheticClips(16, 2), RECIPE, {
      clock: systemClock,
      onStep: ({ loss }) => losses.push(loss),
    });
    assert.equal(losses.length, 25 * 4);
    assert.ok(losses.at(-1)! < losses[0]! / 10, `${losses[0]} to ${losses.at(-1)}`);
    const last = trained.history.at(-1)!;
    assert.ok(last.validation!.unweightedAccuracy > 0.9, `${JSON.stringify(last)}`);
    assert.ok(trained.temperature >= 0.1 && trained.temperature <= 10);
  });

  it('gives the same weights for the same seed, and leaves no tensors behind', async () => {
    const recipe = { ...DEFAULT_RECIPE, ...RECIPE, epochs: 2, dropout: { conv: 0.2, pooled: 0.2 } };
    const once = () => train(syntheticClips(16, 1), [], recipe, { clock: systemClock });
    const first = await once();
    const tensors = tf.memory().numTensors;
    const second = await once();
    assert.equal(tf.memory().numTensors, tensors);
    assert.deepEqual(first.weights, second.weights);
    const other = await train(
      syntheticClips(16, 1),
      [],
      { ...recipe, seed: 2 },
      {
        clock: systemClock,
      },
    );
    assert.notDeepEqual(first.weights, other.weights);
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
  });
});
