import assert from 'node:assert/strict';
import Ajv from 'ajv';
import {
  type AugmentationRecipe,
  AugmentationRecipeSchema,
  augment,
  checkSounds,
  NO_SOUNDS,
} from '../../../src/training/augmentation/augment.ts';
import { createRandom } from '../../../src/training/random.ts';

const EVERYTHING: AugmentationRecipe = {
  speed: { probability: 1, factor: [0.85, 1.17] },
  stretch: { probability: 1, factor: [0.9, 1.1] },
  pitch: { probability: 1, semitones: [-2, 2] },
  room: { probability: 1, reverberationSeconds: [0.2, 0.6], directToReverberantDb: [0, 10] },
  gain: { probability: 1, decibels: [-6, 6] },
  noise: { probability: 1, snrDb: [0, 20] },
  telephone: { probability: 1, bandProbability: 0.5 },
};

function clip(): Float32Array {
  return Float32Array.from({ length: 16000 }, (_, i) => 0.3 * Math.sin(i / 9) * Math.sin(i / 900));
}

const random = createRandom(11);
const SOUNDS = {
  noises: [Float32Array.from({ length: 8000 }, () => random.normal(0, 0.1))],
  responses: [Float32Array.of(1, 0.5, 0.25)],
};

describe('augment', () => {
  it('makes the same copy from the same seed and another from another', () => {
    const copy = (seed: number) => augment(clip(), EVERYTHING, SOUNDS, createRandom(seed));
    assert.deepEqual(copy(1), copy(1));
    assert.notDeepEqual(copy(1), copy(2));
  });

  it('leaves the recording it is given as it was', () => {
    const samples = clip();
    augment(samples, EVERYTHING, SOUNDS, createRandom(3));
    assert.deepEqual(samples, clip());
  });

  it('gives an unchanged copy, not the recording itself, when nothing happens', () => {
    const samples = clip();
    const copy = augment(samples, {}, NO_SOUNDS, createRandom(1));
    assert.deepEqual(copy, samples);
    assert.notEqual(copy.buffer, samples.buffer);
  });

  it('puts out finite samples over fifty draws', () => {
    for (let seed = 0; seed < 50; seed++) {
      const copy = augment(clip().subarray(0, 4000), EVERYTHING, SOUNDS, createRandom(seed));
      assert.ok(copy.length > 2500 && copy.every(Number.isFinite));
    }
  });

  it('applies a step as often as its probability says', () => {
    const recipe = { gain: { probability: 0.3, decibels: [6, 6] } };
    let louder = 0;
    for (let seed = 0; seed < 1000; seed++) {
      const copy = augment(Float32Array.of(0.1), recipe, NO_SOUNDS, createRandom(seed));
      if (copy[0]! > 0.15) louder++;
    }
    assert.ok(Math.abs(louder - 300) < 60, `${louder} of 1000`);
  });
});

describe('the augmentation recipe', () => {
  const validate = new Ajv.default({ strict: false }).compile(AugmentationRecipeSchema);

  it('is accepted whole, in part and empty', () => {
    assert.ok(validate(EVERYTHING));
    assert.ok(validate({ noise: EVERYTHING.noise }));
    assert.ok(validate({}));
  });

  it('refuses unknown steps, impossible probabilities and one-sided ranges', () => {
    assert.ok(!validate({ echo: { probability: 1 } }));
    assert.ok(!validate({ gain: { probability: 1.5, decibels: [0, 1] } }));
    assert.ok(!validate({ gain: { probability: 1, decibels: [1] } }));
    assert.ok(!validate({ speed: { probability: 1, factor: [0.1, 1] } }));
  });

  it('that adds noise needs a noise to draw from', () => {
    assert.throws(() => checkSounds({ noise: EVERYTHING.noise! }, NO_SOUNDS), /no noise folder/);
    checkSounds({ noise: { probability: 0, snrDb: [0, 1] } }, NO_SOUNDS);
    checkSounds(EVERYTHING, SOUNDS);
  });
});
