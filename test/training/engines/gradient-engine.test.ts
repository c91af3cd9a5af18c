import assert from 'node:assert/strict';
import { FEATURE_COUNT } from '../../../src/pipeline/features/layout.ts';
import { DEFAULT_SHAPE } from '../../../src/pipeline/network/shape.ts';
import { learnedNames } from '../../../src/pipeline/network/weights.ts';
import type { Batch } from '../../../src/training/batches.ts';
import { dropoutValues } from '../../../src/training/dropout.ts';
import {
  type GradientEngine,
  loadGradientEngine,
} from '../../../src/training/engines/gradient-engine.ts';
import { initialWeights } from '../../../src/training/initial-weights.ts';
import { measureLabels, targetsOf } from '../../../src/training/loss.ts';
import { createRandom } from '../../../src/training/random.ts';
import { DEFAULT_RECIPE } from '../../../src/training/recipe.ts';

const SMALL = { convChannels: 12, hiddenUnits: 12, attentionUnits: 5, denseUnits: 9 };
const EVERY = 8;

/** A batch of made clips of different lengths. */
function madeBatch(lengths: readonly number[], seed: number): Batch {
  const random = createRandom(seed);
  const frameCount = Math.max(...lengths);
  const clips = lengths.map((_, i) => ({
    variants: [],
    label: i % 8,
    speaker: 's',
    corpus: 'made',
    path: '',
  }));
  return {
    segments: clips.map((clip, i) => [{ clip, endFrame: lengths[i]! }]),
    lengths,
    frameCount,
    frames: Float32Array.from({ length: lengths.length * frameCount * FEATURE_COUNT }, () =>
      random.normal(),
    ),
  };
}

function largest(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

for (const [what, own] of [
  ['with a residual', { residual: true }],
  ['without a residual', { residual: false }],
  ['with a peak', { peakSharpness: 4 }],
  ['with statistics alone', { members: 0, statisticsUnits: 9 }],
  [
    'with statistics that correlate',
    { members: 0, statisticsUnits: 9, statisticsReferences: [105, 3] },
  ],
] as const) {
  describe(`gradient engines, ${what}`, () => {
    const shape = { ...DEFAULT_SHAPE, ...SMALL, peakFallMs: 1500, ...own };
    const random = createRandom(8);
    const weights = initialWeights(shape, random);
    weights['input.centre'].fill(1, 0, 70);
    weights['statistics.mean'].fill(0.3);
    let engines: GradientEngine[];

    before(async () => {
      const options = { shape, readoutEvery: EVERY };
      const load = (name: 'onnxruntime' | 'tensorflow-wasm') => loadGradientEngine(name, options);
      engines = [await load('onnxruntime'), await load('tensorflow-wasm')];
    });
    after(() => Promise.all(engines.map((engine) => engine.close())));

    for (const lengths of [[5], [8, 8], [33, 20, 9], [17, 40, 16, 24, 3]]) {
      it(`agree on loss, gradients and readouts of clips of ${lengths.join(', ')} frames`, async () => {
        const batch = madeBatch(lengths, lengths.length);
        const recipe = { ...DEFAULT_RECIPE, readoutEvery: EVERY };
        const clips = batch.segments.flat().map(({ clip }) => clip);
        const targets = targetsOf(batch, measureLabels(clips, recipe, 8), recipe);
        const rates = { conv: 0.2, pooled: 0.3, dense: 0.25 };
        const dropout = dropoutValues(shape, lengths.length, rates, random);
        const [ours, theirs] = await Promise.all(
          engines.map((engine) => engine.gradients(weights, batch, targets, dropout)),
        );
        assert.ok(Math.abs(ours!.loss - theirs!.loss) < 1e-5);
        for (const name of learnedNames(shape)) {
          const expected = theirs!.gradients[name]!;
          const values = ours!.gradients[name]!;
          const difference = largest(values.map((value, i) => value - expected[i]!));
          assert.ok(difference <= 2e-5 * Math.max(1, largest(expected)), `${name}: ${difference}`);
        }
        const [a, b] = await Promise.all(engines.map((e) => e.readouts(weights, batch)));
        assert.equal(a!.length, b!.length);
        assert.ok(largest(a!.map((value, i) => value - b![i]!)) < 1e-4);
      });
    }
  });
}

describe('loadGradientEngine', () => {
  it('takes the first engine that is installed', async () => {
    const shape = { ...DEFAULT_SHAPE, ...SMALL };
    const engine = await loadGradientEngine('auto', { shape, readoutEvery: EVERY });
    assert.ok(engine.name.length > 0);
    await engine.close();
  });

  it('says how to install one that is named and missing', async () => {
    const options = { shape: DEFAULT_SHAPE, readoutEvery: EVERY };
    const load = loadGradientEngine('tensorflow-node-gpu', options);
    await assert.rejects(load, { code: 'TW_ENGINE_MISSING', message: /npm install/ });
  });
});
