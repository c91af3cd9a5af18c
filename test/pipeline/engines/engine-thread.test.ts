import assert from 'node:assert/strict';
import type { Engine } from '../../../src/pipeline/engines/engine.ts';
import { loadThreadedEngine } from '../../../src/pipeline/engines/engine-thread.ts';
import type { EngineModel } from '../../../src/pipeline/engines/load-engine.ts';
import { loadEngine } from '../../../src/pipeline/engines/load-engine.ts';
import { initialState, stateSize } from '../../../src/pipeline/network/shape.ts';
import { initialWeights } from '../../../src/training/initial-weights.ts';
import { exportOnnx } from '../../../src/training/onnx-export.ts';
import { createRandom } from '../../../src/training/random.ts';
import { SMALL } from '../../helpers/random-model.ts';

const weights = initialWeights(SMALL, createRandom(5));
const model: EngineModel = {
  manifest: { shape: SMALL },
  weights,
  graph: exportOnnx(SMALL, weights),
};

function input(batchSize: number, frameCount: number, seed: number) {
  const random = createRandom(seed);
  const frames = Float32Array.from({ length: batchSize * frameCount * SMALL.featureCount }, () =>
    random.normal(),
  );
  const size = stateSize(SMALL);
  const state = new Float32Array(batchSize * size);
  for (let b = 0; b < batchSize; b++) state.set(initialState(SMALL), b * size);
  return { batchSize, frameCount, frames, state };
}

describe('an engine on its own thread', function () {
  this.timeout(30_000);
  let here: Engine;
  let there: Engine;
  before(async () => {
    here = await loadEngine('onnxruntime', model);
    there = await loadThreadedEngine({ name: 'auto', model, threads: 1 });
  });
  after(async () => {
    await here.close();
    await there.close();
  });

  it('answers bit by bit as on this one, whatever sizes its steps have', async () => {
    assert.equal(there.name, 'onnxruntime');
    for (const [batchSize, frameCount] of [
      [1, 8],
      [40, 8],
      [3, 13],
      [100, 2],
      [1, 1],
    ] as const) {
      const first = input(batchSize, frameCount, batchSize);
      let a = await here.step(first);
      let b = await there.step(first);
      for (let at = 0; at < 3; at++) {
        assert.deepEqual(b, { ...b, ...a });
        const next = input(batchSize, frameCount, 100 * at + frameCount);
        a = await here.step({ ...next, state: a.state });
        b = await there.step({ ...next, state: b.state });
      }
      assert.equal(b.logits.length, batchSize * SMALL.labelCount);
    }
  });

  it('lets the event loop turn while it computes', async () => {
    const turnsDuring = async (engine: Engine) => {
      let turns = 0;
      let running = true;
      const turn = () => {
        turns += 1;
        if (running) setImmediate(turn);
      };
      const stepped = engine.step(input(512, 64, 1));
      // What runs on this thread may begin in a later turn.
      setImmediate(turn);
      await stepped;
      running = false;
      return turns;
    };
    await turnsDuring(there);
    const [blocked, free] = [await turnsDuring(here), await turnsDuring(there)];
    assert.ok(
      free > 10 * (blocked + 1),
      `${blocked} turns on this thread, ${free} beside the other`,
    );
  });

  it('throws what loading the engine on this thread would', async () => {
    const load = (name: 'onnxruntime' | 'tensorflow-node-gpu', graph: Uint8Array) =>
      loadThreadedEngine({ name, model: { ...model, graph }, threads: 1 });
    await assert.rejects(load('onnxruntime', Uint8Array.of(1, 2, 3)), { code: 'TW_MODEL_INVALID' });
    await assert.rejects(load('tensorflow-node-gpu', model.graph), {
      code: 'TW_ENGINE_MISSING',
      message: /npm install @tensorflow\/tfjs-node-gpu/,
    });
  });

  it('fails a step that cannot run, and runs the next', async () => {
    await assert.rejects(there.step({ ...input(1, 8, 1), frameCount: 0 }), {
      code: 'TW_ENGINE_FAILED',
    });
    const right = input(2, 8, 2);
    assert.deepEqual((await there.step(right)).logits, (await here.step(right)).logits);
  });

  it('fails every step once it is closed, and may be closed again', async () => {
    const closed = await loadThreadedEngine({ name: 'onnxruntime', model, threads: 1 });
    await closed.close();
    await closed.close();
    await assert.rejects(closed.step(input(1, 8, 1)), { code: 'TW_ENGINE_FAILED' });
  });

  it('computes in WebAssembly too', async () => {
    const wasm = await loadThreadedEngine({ name: 'tensorflow-wasm', model, threads: 1 });
    const right = input(3, 8, 2);
    const [a, b] = [await here.step(right), await wasm.step(right)];
    assert.ok(a.logits.every((logit, i) => Math.abs(logit - b.logits[i]!) < 1e-4));
    await wasm.close();
  });
});
