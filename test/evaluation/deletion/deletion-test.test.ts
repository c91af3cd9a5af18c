import assert from 'node:assert/strict';
import {
  type DeletionTable,
  deletionTest,
  estimate,
  verdicts,
} from '../../../src/evaluation/deletion/deletion-test.ts';
import {
  ofEveryMethod,
  type TrialBench,
  type Utterance,
} from '../../../src/evaluation/deletion/deletion-trial.ts';
import { HiddenFrameReader } from '../../../src/evaluation/deletion/hidden-frames.ts';
import { calibrate } from '../../../src/pipeline/calibration.ts';
import { loadEngine } from '../../../src/pipeline/engines/load-engine.ts';
import { LEVEL_COLUMN } from '../../../src/pipeline/features/layout.ts';
import { loadModelFolder } from '../../../src/pipeline/model-folder.ts';
import { initialState } from '../../../src/pipeline/network/shape.ts';
import { createRandom } from '../../../src/training/random.ts';

const FRAMES = 40;
/** Of 40 frames in stretches of 8 one goes: this one is the loudest. */
const LOUD_STRETCH = 2;

describe('deletionTest', () => {
  let bench: TrialBench;
  let utterances: Utterance[];

  before(async () => {
    const model = await loadModelFolder('models/emotion-v2');
    const { manifest, weights } = model;
    const engine = await loadEngine('onnxruntime', model);
    const reader = await HiddenFrameReader.open(manifest.shape, weights);
    bench = { model, engine, reader, allowed: [0, 1, 2, 3, 4, 5, 6, 7] };
    const random = createRandom(2);
    const { featureCount } = manifest.shape;
    utterances = Array.from({ length: 4 }, (_, n) => {
      const features = Float32Array.from({ length: FRAMES * featureCount }, (_, i) => {
        const column = i % featureCount;
        const t = Math.floor(i / featureCount);
        const loud = column === LEVEL_COLUMN && Math.floor(t / 8) === LOUD_STRETCH ? 9 : 0;
        const spread = random.normal() + loud;
        return weights['input.mean'][column]! + spread / (weights['input.scale'][column] || 1);
      });
      return { features, label: n, speaker: `speaker-${n % 2}` };
    });
  });

  after(async () => {
    bench.reader.close();
    await bench.engine.close();
  });

  /** ln p of every label after hearing the features. */
  async function logProbabilities(features: Float32Array): Promise<number[]> {
    const { shape, temperature } = bench.model.manifest;
    const frameCount = features.length / shape.featureCount;
    const state = initialState(shape);
    const heard = { batchSize: 1, frameCount, frames: features, state };
    const { logits } = await bench.engine.step(heard);
    return [...calibrate(logits, temperature, new Float32Array(8))].map(Math.log);
  }

  it('measures what the answer loses with the loudest stretch', async () => {
    const [utterance] = utterances as [Utterance];
    const [cut] = (await deletionTest(bench, [utterance], [8])) as [DeletionTable];
    const before = await logProbabilities(utterance.features);
    const row = bench.model.manifest.shape.featureCount;
    const left = utterance.features.filter((_, i) => Math.floor(i / row / 8) !== LOUD_STRETCH);
    const after = await logProbabilities(left);
    const answer = before.indexOf(Math.max(...before));
    const lost = before[answer]! - after[answer]!;
    assert.ok(Math.abs(cut.drops.loudness.answerLogProbability - lost) < 1e-4);
    const truth = Math.exp(before[0]!) - Math.exp(after[0]!);
    assert.ok(Math.abs(cut.drops.loudness.truthProbability - truth) < 1e-4);
  });

  it('gives one table a size of stretch and way of removing, the same each time', async () => {
    const first = await deletionTest(bench, utterances, [8, 1]);
    assert.deepEqual(
      first.map(({ stretchFrames, removal }) => [stretchFrames, removal]),
      [
        [8, 'cut'],
        [8, 'masked'],
        [1, 'cut'],
        [1, 'masked'],
      ],
    );
    for (const { utterances, speakers, comparisons } of first) {
      assert.deepEqual([utterances, speakers, comparisons.length], [4, 2, 8]);
      for (const { difference } of comparisons) {
        const { low, mean, high } = difference.answerLogProbability;
        assert.ok(low <= mean && mean <= high);
      }
    }
    assert.deepEqual(await deletionTest(bench, utterances, [8, 1]), first);
  });

  it('leaves out utterances that removal would leave nothing of', async () => {
    const { featureCount } = bench.model.manifest.shape;
    const short = {
      ...utterances[0]!,
      features: utterances[0]!.features.slice(0, 9 * featureCount),
    };
    const [cut] = await deletionTest(bench, [...utterances, short], [8]);
    assert.equal(cut!.utterances, 4);
  });
});

describe('estimate', () => {
  it('is as wide as speakers differ, not as their utterances do', () => {
    const alike = estimate(
      [
        [0, 2, 0, 2],
        [0, 2],
        [2, 0],
      ],
      createRandom(1),
    );
    assert.deepEqual(alike, { mean: 1, low: 1, high: 1 });
    const apart = estimate(
      [
        [0, 0],
        [2, 2],
      ],
      createRandom(1),
    );
    assert.deepEqual(apart, { mean: 1, low: 0, high: 2 });
  });
});

describe('verdicts', () => {
  const none = { mean: 0, low: -1, high: 1 };
  const drops = ofEveryMethod(() => ({ answerLogProbability: 0, truthProbability: 0 }));

  /** A table whose explanations beat chance by an interval from `low`, and the loudest from `loud`. */
  function table(removal: 'cut' | 'masked', low: number, loud: number): DeletionTable {
    const explanations = ['attention', 'contribution', 'logProbability'] as const;
    const comparisons = explanations.flatMap((explanation) =>
      (['random', 'loudness'] as const).map((rival) => {
        const from = rival === 'random' ? low : loud;
        const answerLogProbability = { mean: from + 1, low: from, high: from + 2 };
        return { explanation, rival, difference: { answerLogProbability, truthProbability: none } };
      }),
    );
    return { stretchFrames: 8, removal, utterances: 1, speakers: 1, drops, comparisons };
  }

  it('pass only what clearly beats chance and the loudest, both ways', () => {
    const both = verdicts([table('cut', 0.1, 0.1), table('masked', 0.2, 0.1)]);
    assert.deepEqual(
      both.map(({ passes }) => passes),
      [true, true, true],
    );
    const [attention] = verdicts([table('cut', 0.1, 0.1), table('masked', 0.1, -0.01)]);
    assert.equal(attention!.passes, false);
    assert.deepEqual(attention!.failures, [{ removal: 'masked', rival: 'loudness' }]);
  });
});
