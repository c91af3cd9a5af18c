import assert from 'node:assert/strict';
import { FEATURE_COUNT, featureOffset } from '../../src/pipeline/features/layout.ts';
import { EMOTIONS, type Emotion } from '../../src/protocol/labels.ts';
import {
  maskSpectrum,
  measureFeatures,
  NOBODY,
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
  return { variants, label, speaker: 's', corpus, path: `${corpus}/${length}` };
}

describe('trainingBatches', () => {
  it('holds every clip once, padded with the mean, long ones cut', () => {
    const clips = Array.from({ length: 21 }, (_, i) => clip(10 + 2 * i, i % 8));
    const seen: TrainingClip[] = [];
    for (const batch of trainingBatches(clips, MEAN, RECIPE, createRandom(1))) {
      assert.ok(batch.segments.length <= 4 && batch.frameCount <= 30);
      batch.lengths.forEach((length, b) => {
        const own = batch.segments[b]![0]!.clip.variants[0]!;
        assert.equal(length, Math.min(30, own.length / FEATURE_COUNT));
        const start = b * batch.frameCount * FEATURE_COUNT;
        assert.equal(batch.frames[start + length * FEATURE_COUNT - 1], own[0]);
        const padding = batch.frames.subarray(
          start + length * FEATURE_COUNT,
          start + batch.frameCount * FEATURE_COUNT,
        );
        assert.ok(padding.every((value) => value === 0.25));
      });
      seen.push(...batch.segments.flat().map(({ clip }) => clip));
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

describe('concatenation', () => {
  const recipe = { ...RECIPE, concatenation: { probability: 1, maxClips: 3 }, maxFrames: 40 };
  const clips = Array.from({ length: 12 }, (_, i) => ({
    ...clip(8 + i, i % 8),
    speaker: `s${i % 2}`,
  }));

  it('puts clips of one speaker one after the other, up to the longest sequence', () => {
    let several = 0;
    for (const batch of trainingBatches(clips, MEAN, recipe, createRandom(4))) {
      batch.segments.forEach((segments, b) => {
        assert.equal(new Set(segments.map(({ clip }) => clip.speaker)).size, 1);
        assert.equal(segments.at(-1)!.endFrame, batch.lengths[b]);
        assert.ok(batch.lengths[b]! <= 40 && segments.length <= 3);
        if (segments.length > 1) several += 1;
        let start = 0;
        for (const { clip, endFrame } of segments) {
          const at = (b * batch.frameCount + start) * FEATURE_COUNT;
          assert.equal(batch.frames[at], clip.variants[0]![0]);
          start = endFrame;
        }
      });
    }
    assert.ok(several > 6);
  });

  it('wants each readout to be the clip that its last frame is of', () => {
    const use = measureLabels(clips, recipe, 8);
    for (const batch of trainingBatches(clips, MEAN, recipe, createRandom(5))) {
      const size = batch.lengths.length;
      const targets = targetsOf(batch, use, { ...recipe, labelSmoothing: 0 });
      assert.ok(Math.abs(targets.weights.reduce((a, b) => a + b) - 1) < 1e-5);
      batch.segments.forEach((segments, b) => {
        const count = Math.ceil(batch.lengths[b]! / recipe.readoutEvery);
        for (let r = 0; r < count; r++) {
          const last = Math.min((r + 1) * recipe.readoutEvery, batch.lengths[b]!) - 1;
          const heard = segments.find(({ endFrame }) => last < endFrame)!.clip;
          const row = r * size + b;
          assert.equal(targets.wanted[row * 8 + heard.label], 1);
          assert.ok(targets.weights[row]! > 0);
        }
      });
    }
  });
});

describe('clipsPerEpoch', () => {
  it('draws so many clips of a corpus, others from epoch to epoch, and all of the rest', () => {
    const clips = [
      ...Array.from({ length: 20 }, (_, i) => clip(10 + i, 0, 'large')),
      ...Array.from({ length: 5 }, (_, i) => clip(10 + i, 0, 'small')),
    ];
    const random = createRandom(6);
    const epoch = () => {
      const batches = trainingBatches(
        clips,
        MEAN,
        { ...RECIPE, clipsPerEpoch: { large: 6 } },
        random,
      );
      return [...batches].flatMap(({ segments }) => segments.flat().map(({ clip }) => clip));
    };
    const large = (seen: TrainingClip[]) => seen.filter(({ corpus }) => corpus === 'large');
    const first = epoch();
    assert.equal(large(first).length, 6);
    assert.equal(first.length, 11);
    assert.notDeepEqual(new Set(large(epoch())), new Set(large(first)));
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
    const clips = [{ variants: [features], label: 0, speaker: 's', path: '' }];
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
      // Of nine frames: eight, then all nine.
      [8 / 17, 9 / 17, 0],
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

  it('adds to a logit how often its label occurs when the recipe balances them, and smooths by it', () => {
    const recipe = { ...RECIPE, maskLabelsByCorpus: true, balanceLabels: true };
    const own = [clip(24, 0), clip(9, 1), clip(16, 1)];
    const use = measureLabels(own, recipe, 8);
    const [both] = [...validationBatches(own, MEAN, 3)];
    const targets = targetsOf(both!, use, recipe);
    const near = (value: number, expected: number) => {
      assert.ok(Math.abs(value - expected) < 1e-6, `${value} is not ${expected}`);
    };
    near(targets.offsets[0]!, Math.log(2 / 3));
    near(targets.offsets[1]!, Math.log(4 / 3));
    assert.ok(targets.offsets[2]! < -1000);
    // The shortest clip comes first: it has label 1.
    near(targets.wanted[0]!, 0.05 / 3);
    near(targets.wanted[1]!, 0.95 + 0.05 * (2 / 3));
    assert.equal(targets.wanted[2], 0);
  });

  it('balances over all corpora where labels are not masked', () => {
    const { offsets } = measureLabels(clips, { ...RECIPE, balanceLabels: true }, 8);
    const expected = [Math.log(2 / 3), Math.log(4 / 3), 0].map(Math.fround);
    for (const [own] of offsets.values()) assert.deepEqual([...own!.subarray(0, 3)], expected);
    assert.equal(offsets.size, 2);
  });

  it('excludes the labels that a corpus does not have', () => {
    const recipe = { ...RECIPE, maskLabelsByCorpus: true };
    const targets = targetsOf(batch!, measureLabels(clips, recipe, 8), recipe);
    const second = targets.offsets.subarray(8, 16);
    assert.ok(second[0]! < -1000 && second[1] === 0);
    assert.equal(targets.wanted[9], 1);
  });

  it('punishes what a corpus does not have, but in clips that may hide it', () => {
    const recipe = {
      ...RECIPE,
      maskLabelsByCorpus: true,
      absentLabels: { calm: ['neutral' as const], surprise: ['happiness' as const] },
    };
    const own = [clip(24, EMOTIONS.indexOf('neutral')), clip(24, EMOTIONS.indexOf('happiness'))];
    const { offsets } = measureLabels(own, recipe, 8);
    const open = (label: Emotion) =>
      EMOTIONS.filter((_, i) => offsets.get(own[0]!.corpus)![EMOTIONS.indexOf(label)]![i] === 0);
    assert.deepEqual(open('neutral'), ['neutral', 'happiness', 'surprise']);
    assert.deepEqual(open('happiness'), ['neutral', 'calm', 'happiness']);
    // A corpus that has the label is not touched by what may hide it elsewhere.
    const calm = clip(24, EMOTIONS.indexOf('calm'));
    const had = measureLabels([...own, calm], recipe, 8).offsets.get(own[0]!.corpus)!;
    assert.equal(had[EMOTIONS.indexOf('neutral')]![EMOTIONS.indexOf('calm')], 0);
  });

  it('wants all labels alike where nobody speaks, and leaves none of them out', () => {
    const recipe = { ...RECIPE, maskLabelsByCorpus: true, balanceLabels: true };
    const quiet = clip(24, NOBODY, 'background');
    const use = measureLabels([...clips, quiet], recipe, 8);
    assert.deepEqual(use, measureLabels(clips, recipe, 8));
    const [alone] = [...validationBatches([quiet], MEAN, 1)];
    const targets = targetsOf(alone!, use, recipe);
    assert.ok(targets.wanted.every((share) => share === 1 / 8));
    assert.ok(targets.offsets.every((value) => value === 0));
    assert.ok(Math.abs(targets.weights.reduce((a, b) => a + b) - 1) < 1e-6);
  });
});
