import assert from 'node:assert/strict';
import { FEATURE_COUNT, featureOffset } from '../../src/pipeline/features/layout.ts';
import {
  maskSpectrum,
  measureFeatures,
  type TrainingClip,
  trainingBatches,
  validationBatches,
} from '../../src/training/batches.ts';
import { measureLabels, targetsOf } from '../../src/training/loss.ts';
import { createRandom } from '../../src/training/random.ts';
import { DEFAULT_RECIPE } from '../../src/training/recipe.ts';

const MEAN = new Float32Array(FEATURE_COUNT).fill(0.25);
const RECIPE = {
  ...DEFAULT_RECIPE,
  batchSize: 4,
  maxFrames: 30,
  specAugment: { timeMasks: 0, maxTimeFrames: 0, melMasks: 0, maxMelBands: 0 },
};

function clip(length: number, label: number, corpus = 'a', copies = 1): TrainingClip {
  const variants = Array.from({ length: copies }, (_, copy) =>
    new Float32Array(length * FEATURE_COUNT).fill(length + copy / 10),
  );
  return { variants, label, speaker: 's', corpus };
}

describe('trainingBatches', () => {
  it('holds every clip once, padded with the mean, long ones cut', () => {
    const clips = Array.from({ length: 21 }, (_, i) => clip(10 + 2 * i, i % 8));
    const seen: TrainingClip[] = [];
    for (const batch of trainingBatches(clips, MEAN, RECIPE, createRandom(1))) {
      assert.ok(batch.clips.length <= 4 && batch.frameCount <= 30);
      batch.lengths.forEach((length, b) => {
        const own = batch.clips[b]!.variants[0]!;
        assert.equal(length, Math.min(30, own.length / FEATURE_COUNT));
        const start = b * batch.frameCount * FEATURE_COUNT;
        assert.equal(batch.frames[start + length * FEATURE_COUNT - 1], own[0]);
        const padding = batch.frames.subarray(
          start + length * FEATURE_COUNT,
          start + batch.frameCount * FEATURE_COUNT,
        );
        assert.ok(padding.every((value) => value === 0.25));
      });
      seen.push(...batch.clips);
    }
    assert.equal(new Set(seen).size, 21);
    assert.equal(seen.length, 21);
  });

  it('draws another variant from epoch to epoch, and the same ones for the same seed', () => {
    const clips = [clip(10, 0, 'a', 8)];
    const drawn = (seed: number) => {
      const random = createRandom(seed);
      return Array.from(
        { length: 20 },
        () => [...trainingBatches(clips, MEAN, RECIPE, random)][0]!.frames[0],
      );
    };
    assert.ok(new Set(drawn(1)).size > 4);
    assert.deepEqual(drawn(1), drawn(1));
  });
});

describe('validationBatches', () => {
  it('holds every clip whole, its first variant', () => {
    const clips = [clip(50, 0, 'a', 2), clip(9, 1, 'a', 2)];
    const [batch] = [...validationBatches(clips, MEAN, 4)];
    assert.deepEqual(batch!.lengths, [9, 50]);
    assert.equal(batch!.frames[batch!.frameCount * FEATURE_COUNT], 50);
  });
});

describe('maskSpectrum', () => {
  it('hides mel columns and whole frames behind the mean, and nothing else', () => {
    const recipe = {
      ...RECIPE,
      specAugment: { timeMasks: 1, maxTimeFrames: 5, melMasks: 1, maxMelBands: 10 },
    };
    const prosody = featureOffset('prosody');
    let hidden = 0;
    for (let seed = 0; seed < 20; seed++) {
      const [batch] = [...validationBatches([clip(40, 0)], MEAN, 1)];
      maskSpectrum(batch!, MEAN, recipe, createRandom(seed));
      for (let t = 0; t < 40; t++) {
        const frame = batch!.frames.subarray(t * FEATURE_COUNT, (t + 1) * FEATURE_COUNT);
        const masked = frame.filter((value) => value === 0.25).length;
        assert.ok(masked === FEATURE_COUNT || masked <= 10);
        assert.ok(masked === FEATURE_COUNT || frame[prosody] === 40);
        hidden += masked;
      }
    }
    assert.ok(hidden > 1000);
  });
});

describe('measureFeatures', () => {
  it('makes every column that is on and varies have mean 0 and deviation 1', () => {
    const random = createRandom(3);
    const features = Float32Array.from({ length: 500 * FEATURE_COUNT }, (_, i) =>
      i % FEATURE_COUNT === 5 ? 3 : random.normal(i % FEATURE_COUNT, 2),
    );
    const clips = [{ variants: [features], label: 0, speaker: 's' }];
    const { mean, scale } = measureFeatures(clips, ['logMel', 'mfcc']);
    assert.ok(Math.abs(mean[10]! - 10) < 0.5 && Math.abs(scale[10]! - 0.5) < 0.05);
    assert.equal(scale[5], 0);
    assert.ok(scale.subarray(77).every((value) => value === 0));
  });
});

describe('targetsOf', () => {
  const clips = [clip(24, 0), clip(9, 1), clip(16, 1, 'b')];
  const [batch] = [...validationBatches(clips, MEAN, 3)];

  it('gives every clip the same weight, later readouts more, ended ones none', () => {
    const targets = targetsOf(batch!, measureLabels(clips, RECIPE, 8), RECIPE);
    assert.equal(targets.rows, 9);
    const of = (b: number) => [0, 1, 2].map((r) => targets.weights[3 * r + b]!);
    [
      [1 / 3, 2 / 3, 0],
      [1 / 3, 2 / 3, 0],
      [1 / 6, 2 / 6, 3 / 6],
    ].forEach((shares, b) => {
      of(b).forEach((weight, r) => {
        assert.ok(Math.abs(weight - shares[r]! / 3) < 1e-6);
      });
    });
    const wanted = targets.wanted.subarray(0, 8);
    assert.ok(Math.abs(wanted.reduce((a, b) => a + b, 0) - 1) < 1e-6);
    assert.ok(Math.abs(wanted[1]! - (0.95 + 0.05 / 8)) < 1e-6);
  });

  it('weighs labels by how rare they are when the recipe asks for it', () => {
    const use = measureLabels(clips, { ...RECIPE, balanceLabels: true }, 8);
    assert.deepEqual(use.weights.slice(0, 3), [1.5, 0.75, 0]);
  });

  it('excludes the labels that a corpus does not have', () => {
    const recipe = { ...RECIPE, maskLabelsByCorpus: true };
    const targets = targetsOf(batch!, measureLabels(clips, recipe, 8), recipe);
    const second = targets.excluded.subarray(8, 16);
    assert.ok(second[0]! < -1000 && second[1] === 0);
    assert.equal(targets.wanted[9], 1);
  });
});
