import assert from 'node:assert/strict';
import {
  attentionWeights,
  contributions,
  contributionsAlong,
} from '../../../src/evaluation/deletion/contributions.ts';
import { HiddenFrameReader } from '../../../src/evaluation/deletion/hidden-frames.ts';
import { type EngineModel, loadEngine } from '../../../src/pipeline/engines/load-engine.ts';
import { loadModelFolder } from '../../../src/pipeline/model-folder.ts';
import { logProbabilityDirection } from '../../../src/pipeline/network/linear-head.ts';
import { initialState } from '../../../src/pipeline/network/shape.ts';
import { madeFeatures, randomNetwork } from '../../helpers/random-network.ts';

const COMMITTEE = randomNetwork(true, 4, 3);

describe('contributions', () => {
  it('sum with the bias to the logits that the engine gives, and the attention to one', async () => {
    let compared = 0;
    const shipped: EngineModel = await loadModelFolder('models/emotion-v2');
    for (const model of [
      randomNetwork(true),
      randomNetwork(false),
      randomNetwork(true, 4),
      COMMITTEE,
      randomNetwork(true, 0, 2, 10),
      shipped,
    ]) {
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
        const sum = attention.reduce((total, weight) => total + weight, 0);
        assert.ok(Math.abs(sum - 1) < 1e-5);
        compared += heard.logits.length + attention.length;
      }
      reader.close();
      await engine.close();
    }
    assert.equal(compared, 6 * (3 * 8 + 71));
  });

  it('weigh frames by their scores, faded by their age', () => {
    const weights = attentionWeights(Float32Array.of(0, 0, Math.log(2)), Math.log(2));
    [1 / 11, 2 / 11, 8 / 11].forEach((weight, t) => {
      assert.ok(Math.abs(weights[t]! - weight) < 1e-6);
    });
  });

  it('to a log-probability leave out what a frame adds to every label alike', () => {
    const values = Float32Array.of(5, 5, 5, 2, 0, 0);
    const direction = logProbabilityDirection([0.5, 0.25, 0.25], 0, 2);
    assert.deepEqual([...contributionsAlong(values, direction)], [0, 0.5]);
  });
});
