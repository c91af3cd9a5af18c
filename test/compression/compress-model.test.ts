import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compressModel } from '../../src/compression/compress-model.ts';
import { fileSizes } from '../../src/compression/file-sizes.ts';
import { stepCosts } from '../../src/compression/step-cost.ts';
import { createAnalyser } from '../../src/pipeline/analyser.ts';
import { type EngineName, loadEngine } from '../../src/pipeline/engines/load-engine.ts';
import { checkGolden } from '../../src/pipeline/golden.ts';
import { loadModelFolder, type ModelFolder } from '../../src/pipeline/model-folder.ts';
import { initialState } from '../../src/pipeline/network/shape.ts';
import { EMOTIONS } from '../../src/protocol/labels.ts';
import { createRandom } from '../../src/training/random.ts';
import { type RandomModelFolder, randomModelFolder } from '../cli/random-model-folder.ts';
import { LEG_OPTIONS, SMOOTHING } from '../helpers/random-model.ts';

const SHIPPED = 'models/emotion-v2';

/** The largest difference of a logit between two models over four steps of three legs. */
async function largestDifference(one: ModelFolder, other: ModelFolder): Promise<number> {
  const { shape } = one.manifest;
  const random = createRandom(5);
  const mean = one.weights['input.mean'];
  const scale = one.weights['input.scale'];
  const engines = [await loadEngine('onnxruntime', one), await loadEngine('onnxruntime', other)];
  const fresh = initialState(shape);
  const start = Float32Array.from({ length: 3 * fresh.length }, (_, i) => fresh[i % fresh.length]!);
  const states: Float32Array[] = [start, start];
  let largest = 0;
  for (let at = 0; at < 4; at++) {
    const frames = Float32Array.from({ length: 3 * 8 * shape.featureCount }, (_, i) => {
      const column = i % shape.featureCount;
      return mean[column]! + random.normal() / (scale[column] || 1);
    });
    const logits: Float32Array[] = [];
    for (const [i, engine] of engines.entries()) {
      const input = { batchSize: 3, frameCount: 8, frames, state: states[i]! };
      const output = await engine.step(input);
      states[i] = output.state;
      logits.push(output.logits);
    }
    logits[0]!.forEach((logit, i) => {
      largest = Math.max(largest, Math.abs(logit - logits[1]![i]!));
    });
  }
  for (const engine of engines) await engine.close();
  return largest;
}

describe('compressModel', () => {
  let folder: string;
  let random: RandomModelFolder;
  let untrained: ModelFolder;
  let shipped: ModelFolder;
  let int8: ModelFolder;
  let pruned: ModelFolder;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tonewire-compressed-'));
    random = await randomModelFolder();
    untrained = await loadModelFolder(random.path);
    shipped = await loadModelFolder(SHIPPED);
    int8 = await compressModel(shipped, { kind: 'int8' }, join(folder, 'int8'));
    pruned = await compressModel(shipped, { kind: 'prune', share: 0.5 }, join(folder, 'pruned'));
  });

  after(async () => {
    random.remove();
    await rm(folder, { recursive: true });
  });

  it('makes an int8 graph whose logits are near those of the floats', async () => {
    const ofRandom = await compressModel(untrained, { kind: 'int8' }, join(folder, 'random'));
    for (const [before, after] of [
      [untrained, ofRandom],
      [shipped, int8],
    ] as const) {
      const difference = await largestDifference(before, after);
      assert.ok(difference > 0 && difference < 0.05, `${difference}`);
    }
  });

  it('compresses members and statistics too', async () => {
    const several = await randomModelFolder({ members: 2, statisticsUnits: 16 });
    const source = await loadModelFolder(several.path);
    const small = await compressModel(source, { kind: 'int8' }, join(folder, 'several-int8'));
    const difference = await largestDifference(source, small);
    assert.ok(difference > 0 && difference < 0.05, `${difference}`);
    const thin = await compressModel(source, { kind: 'prune', share: 0.5 }, join(folder, 'thin'));
    for (const name of ['statistics.dense.kernel', 'conv2.kernel'] as const) {
      const zeros = thin.weights[name].filter((value) => value === 0).length;
      assert.equal(zeros, Math.floor(source.weights[name].length / 2));
    }
    several.remove();
  });

  it('makes folders that the gateway loads, on every engine present', async () => {
    for (const { path } of [int8, pruned]) {
      for (const engine of ['onnxruntime', 'tensorflow-wasm'] as EngineName[]) {
        const options = {
          ...LEG_OPTIONS,
          engineThreads: 1,
          gatherMs: 0,
          maxBatchLegs: 16,
          smoothing: SMOOTHING,
          emotions: EMOTIONS,
        };
        const analyser = await createAnalyser({ ...options, model: path, engine });
        assert.match(analyser.modelId, /^emotion-v2-(int8|pruned-50)$/);
        await analyser.close();
      }
    }
  });

  it('computes in an int8 graph what its weights as floats do, on every engine', async () => {
    assert.equal(int8.manifest.quantization, 'int8');
    for (const name of ['onnxruntime', 'tensorflow-wasm'] as const) {
      const engine = await loadEngine(name, int8);
      assert.ok((await checkGolden(engine, int8)) < 1e-4);
      assert.ok((await checkGolden(engine, shipped)) > 1e-3);
      await engine.close();
    }
  });

  it('answers a leg of an int8 model the same whoever else is in the batch', async () => {
    const engine = await loadEngine('onnxruntime', int8);
    const { shape } = int8.manifest;
    const random = createRandom(7);
    const fresh = initialState(shape);
    const legs = [1, 30].map((loudness) =>
      Float32Array.from({ length: 8 * shape.featureCount }, () => loudness * random.normal()),
    );
    const alone = { batchSize: 1, frameCount: 8, frames: legs[0]!, state: fresh };
    const together = {
      batchSize: 2,
      frameCount: 8,
      frames: Float32Array.of(...legs[0]!, ...legs[1]!),
      state: Float32Array.of(...fresh, ...fresh),
    };
    const [one, two] = [await engine.step(alone), await engine.step(together)];
    one.logits.forEach((logit, i) => {
      assert.ok(Math.abs(logit - two.logits[i]!) < 1e-5);
    });
    assert.equal(one.logits.length, shape.labelCount);
    await engine.close();
  });

  it('says in manifest and card what the model was made from, and keeps its figures as its own', async () => {
    assert.deepEqual(int8.manifest.trainingData, shipped.manifest.trainingData);
    assert.deepEqual(int8.manifest.metrics, {
      protocol: shipped.manifest.metrics.protocol,
      compression: { kind: 'int8' },
      original: { id: 'emotion-v2', metrics: shipped.manifest.metrics },
    });
    const card = await readFile(join(int8.path, 'README.md'), 'utf8');
    assert.match(card, /^# emotion-v2-int8\n\nMade from emotion-v2 /);
    assert.ok(card.endsWith(await readFile(join(SHIPPED, 'README.md'), 'utf8')));
  });

  it('sets half of every large kernel to zero and keeps the rest of the weights', () => {
    const kernel = pruned.weights['lstm.kernel'];
    assert.equal(kernel.filter((weight) => weight === 0).length, kernel.length / 2);
    for (const name of ['lstm.bias', 'output.kernel', 'attention.vector', 'input.scale'] as const) {
      assert.deepEqual(pruned.weights[name], shipped.weights[name]);
    }
  });

  it('makes smaller files: int8 as they lie, pruned ones in an archive only', async () => {
    const [whole, small, sparse] = await Promise.all(
      [shipped, int8, pruned].map(({ path }) => fileSizes(path)),
    );
    assert.ok(small!.graph < whole!.graph / 3);
    assert.ok(Math.abs(sparse!.graph - whole!.graph) < 1024);
    assert.ok(sparse!.graphGzip < 0.7 * whole!.graphGzip);
  });

  it('measures what a second of speech costs on several engines side by side', async () => {
    const engines = [
      await loadEngine('onnxruntime', shipped),
      await loadEngine('onnxruntime', int8),
    ];
    const costs = await stepCosts(engines, shipped, 4);
    assert.equal(costs.length, 2);
    assert.ok(costs.every((cost) => cost > 0 && cost < 1000));
    for (const engine of engines) await engine.close();
  });

  it('refuses to compress a quantised model again', async () => {
    await assert.rejects(compressModel(int8, { kind: 'int8' }, join(folder, 'again')), {
      code: 'TW_USAGE',
    });
  });
});
