import assert from 'node:assert/strict';
import {
  attentionWeights,
  contributions,
  logProbabilityContributions,
} from '../../../src/evaluation/deletion/contributions.ts';
import { HiddenFrameReader } from '../../../src/evaluation/deletion/hidden-frames.ts';
import { type EngineModel, loadEngine } from '../../../src/pipeline/engines/load-engine.ts';
import { loadModelFolder } from '../../../src/pipeline/model-folder.ts';
import { DEFAULT_SHAPE, decayPerFrame, initialState } from '../../../src/pipeline/network/shape.ts';
import { initialWeights } from '../../../src/training/initial-weights.ts';
import { exportOnnx } from '../../../src/training/onnx-export.ts';
import { createRandom } from '../../../src/training/random.ts';

function randomModel(residual: boolean): EngineModel {
  const shape = { ...DEFAULT_SHAPE, featureCount: 9, convChannels: 12, hiddenUnits: 12, residual };
  const random = createRandom(3);
  const weights = initialWeights(shape, random);
  for (const values of Object.values(weights)) {
    values.forEach((_, i) => {
      values[i]! += random.normal(0, 0.1);
    });
  }
  return { weights, graph: exportOnnx(shape, weights), manifest: { shape } };
}

/** Features `[frameCount, F]`, spread as the model's own are. */
function madeFeatures({ manifest, weights }: EngineModel, frameCount: number): Float32Array {
  const { featureCount } = manifest.shape;
  const random = createRandom(frameCount);
  return Float32Array.from({ length: frameCount * featureCount }, (_, i) => {
    const column = i % featureCount;
    return weights['input.mean'][column]! + random.normal() / (weights['input.scale'][column] || 1);
  });
}

describe('contributions', () => {
  it('sum with the bias to the logits that the engine gives, and the scores are its scores', async () => {
    let compared = 0;
    const shipped: EngineModel = await loadModelFolder('models/emotion-v1');
    for (const model of [randomModel(true), randomModel(false), shipped]) {
      const { shape } = model.manifest;
      const engine = await loadEngine('onnxruntime', model);
      const reader = await HiddenFrameReader.open(shape, model.weights);
      for (const frameCount of [1, 9, 61]) {
        const frames = madeFeatures(model, frameCount);
        const state = initialState(shape);
        const heard = await engine.step({ batchSize: 1, frameCount, frames, state });
        const inside = reader.read(frames);
        const { values, bias, attention } = contributions(shape, model.weights, inside);
        heard.logits.forEach((logit, label) => {
          const own = values.filter((_, i) => i % shape.labelCount === label);
          const sum = own.reduce((total, value) => total + value, bias[label]!);
          assert.ok(Math.abs(sum - logit) < 1e-4, `${sum} is not ${logit}`);
        });
        attention.forEach((weight, t) => {
          const age = frameCount - 1 - t;
          const log = heard.scores[t]! - age * decayPerFrame(shape) - heard.logNormaliser[0]!;
          assert.ok(Math.abs(weight - Math.exp(log)) < 1e-5);
        });
        compared += heard.logits.length + attention.length;
      }
      reader.close();
      await engine.close();
    }
    assert.equal(compared, 3 * (3 * 8 + 71));
  });

  it('weigh frames by their scores, faded by their age', () => {
    const weights = attentionWeights(Float32Array.of(0, 0, Math.log(2)), Math.log(2));
    [1 / 11, 2 / 11, 8 / 11].forEach((weight, t) => {
      assert.ok(Math.abs(weights[t]! - weight) < 1e-6);
    });
  });

  it('to a log-probability leave out what a frame adds to every label alike', () => {
    const values = Float32Array.of(5, 5, 5, 2, 0, 0);
    const parts = logProbabilityContributions(values, [0.5, 0.25, 0.25], 0);
    assert.deepEqual([...parts], [0, 1]);
  });
});
