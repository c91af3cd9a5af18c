import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import type { Engine, StepInput } from '../../../src/pipeline/engines/engine.ts';
import { ENGINE_NAMES, loadEngine } from '../../../src/pipeline/engines/load-engine.ts';
import { DEFAULT_SHAPE, initialState, stateSize } from '../../../src/pipeline/network/shape.ts';
import { LEARNED_NAMES } from '../../../src/pipeline/network/weights.ts';
import { initialWeights } from '../../../src/training/initial-weights.ts';
import { exportOnnx } from '../../../src/training/onnx-export.ts';
import { createRandom } from '../../../src/training/random.ts';

const shape = DEFAULT_SHAPE;

function randomModel() {
  const random = createRandom(4);
  const weights = initialWeights(shape, random);
  for (const name of LEARNED_NAMES) {
    weights[name].forEach((w, i) => {
      weights[name][i] = w * 1.5 + (name.endsWith('.bias') ? random.normal(0, 0.2) : 0);
    });
  }
  weights['input.mean'].forEach((_, i) => {
    weights['input.mean'][i] = random.normal();
    weights['input.centre'][i] = i % 2;
    weights['input.scale'][i] = i % 5 === 0 ? 0 : random.uniform(0.5, 1.5);
  });
  return { weights, graph: exportOnnx(shape, weights), manifest: { shape } };
}

function fresh(batchSize: number): Float32Array {
  const state = new Float32Array(batchSize * stateSize(shape));
  for (let b = 0; b < batchSize; b++) state.set(initialState(shape), b * stateSize(shape));
  return state;
}

function randomInput(batchSize: number, frameCount: number, seed: number): StepInput {
  const random = createRandom(seed);
  const frames = Float32Array.from({ length: batchSize * frameCount * shape.featureCount }, () =>
    random.normal(),
  );
  return { batchSize, frameCount, frames, state: fresh(batchSize) };
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  assert.equal(a.length, b.length);
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}

function largestProportion(a: Float32Array, b: Float32Array): number {
  assert.equal(a.length, b.length);
  return a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!) / (1 + Math.abs(x))), 0);
}

describe('engines', () => {
  const model = randomModel();
  let onnx: Engine;
  let wasm: Engine;

  before(async () => {
    onnx = await loadEngine('onnxruntime', model);
    wasm = await loadEngine('tensorflow-wasm', model);
  });

  after(async () => {
    await onnx.close();
    await wasm.close();
  });

  for (const batchSize of [1, 3, 5, 64]) {
    it(`agree within 1e-4 over three steps of ${batchSize} legs`, async () => {
      let compared = 0;
      for (const frameCount of [1, 8, 13]) {
        let a = randomInput(batchSize, frameCount, batchSize + frameCount);
        let b = a;
        for (let at = 0; at < 3; at++) {
          const first = await onnx.step(a);
          const second = await wasm.step(b);
          assert.ok(largestDifference(first.logits, second.logits) < 1e-4);
          // The sums of the state are in the hundreds: compared in proportion.
          assert.ok(largestProportion(first.state, second.state) < 1e-4);
          assert.equal(first.logits.length, batchSize * shape.labelCount);
          compared += first.logits.length;
          const next = randomInput(batchSize, frameCount, 100 * at + frameCount);
          a = { ...next, state: first.state };
          b = { ...next, state: second.state };
        }
      }
      assert.equal(compared, 3 * 3 * batchSize * shape.labelCount);
    });
  }

  it('never mix the rows of a batch', async () => {
    const together = randomInput(5, 8, 1);
    for (const engine of [onnx, wasm]) {
      const all = await engine.step(together);
      const row = 8 * shape.featureCount;
      const alone = await engine.step({
        batchSize: 1,
        frameCount: 8,
        frames: together.frames.slice(3 * row, 4 * row),
        state: fresh(1),
      });
      const size = stateSize(shape);
      assert.ok(largestDifference(all.logits.slice(24, 32), alone.logits) < 1e-5);
      assert.ok(largestDifference(all.state.slice(3 * size, 4 * size), alone.state) < 1e-4);
    }
  });

  it('read only the first rows of arrays that are longer than used', async () => {
    const long = randomInput(6, 8, 2);
    const used = 2 * 8 * shape.featureCount;
    for (const engine of [onnx, wasm]) {
      const a = await engine.step({ ...long, batchSize: 2 });
      const b = await engine.step({
        batchSize: 2,
        frameCount: 8,
        frames: long.frames.slice(0, used),
        state: fresh(2),
      });
      assert.deepEqual(a.logits, b.logits);
      assert.equal(a.logits.length, 2 * shape.labelCount);
    }
  });

  it('leave no tensor behind after fifty steps', async () => {
    const input = randomInput(2, 8, 3);
    await wasm.step(input);
    const before = tf.memory().numTensors;
    for (let i = 0; i < 50; i++) await wasm.step(input);
    assert.equal(tf.memory().numTensors, before);
  });

  it('leave what the program does on a crash to the program', () => {
    const handlers = process.listeners('unhandledRejection').map(String);
    assert.ok(!handlers.some((text) => /throw reason/.test(text)));
  });

  it('are ONNX Runtime when the choice is automatic', async () => {
    const engine = await loadEngine('auto', model);
    assert.equal(engine.name, 'onnxruntime');
    await engine.close();
  });

  it('say how to install the one that is missing', async () => {
    assert.ok(ENGINE_NAMES.includes('tensorflow-node-gpu'));
    await assert.rejects(loadEngine('tensorflow-node-gpu', model), {
      code: 'TW_ENGINE_MISSING',
      message: /npm install @tensorflow\/tfjs-node-gpu@4\.22\.0.*Node 23/,
    });
  });

  it('refuse bytes that are no ONNX graph', async () => {
    const broken = { ...model, graph: Uint8Array.of(1, 2, 3) };
    await assert.rejects(loadEngine('onnxruntime', broken), { code: 'TW_MODEL_INVALID' });
  });

  it('report a step that cannot run as a coded error', async () => {
    const input = { ...randomInput(1, 8, 1), state: new Float32Array(3) };
    for (const engine of [onnx, wasm]) {
      await assert.rejects(engine.step(input), { code: 'TW_ENGINE_FAILED' });
    }
  });
});
