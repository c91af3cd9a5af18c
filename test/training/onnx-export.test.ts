import assert from 'node:assert/strict';
import { loadEngine } from '../../src/pipeline/engines/load-engine.ts';
import {
  DEFAULT_SHAPE,
  initialState,
  type NetworkShape,
  stateSize,
} from '../../src/pipeline/network/shape.ts';
import { exportOnnx } from '../../src/training/onnx-export.ts';
import { createRandom } from '../../src/training/random.ts';
import { randomReaders } from '../helpers/random-network.ts';

const SHAPES: NetworkShape[] = [
  { ...DEFAULT_SHAPE, featureCount: 9, convChannels: 12, hiddenUnits: 12 },
  { ...DEFAULT_SHAPE, featureCount: 9, convChannels: 10, hiddenUnits: 14, residual: false },
  { ...DEFAULT_SHAPE, featureCount: 5, convKernel: 3, halfLifeMs: 300, denseUnits: 7 },
  { ...DEFAULT_SHAPE, featureCount: 9, convChannels: 12, hiddenUnits: 12, peakSharpness: 4 },
  {
    ...DEFAULT_SHAPE,
    featureCount: 9,
    convChannels: 8,
    hiddenUnits: 8,
    peakSharpness: 4,
    members: 3,
  },
  { ...DEFAULT_SHAPE, featureCount: 9, members: 0, statisticsUnits: 11 },
  {
    ...DEFAULT_SHAPE,
    featureCount: 9,
    members: 0,
    statisticsUnits: 11,
    statisticsReferences: [7],
  },
  {
    ...DEFAULT_SHAPE,
    featureCount: 9,
    convChannels: 8,
    hiddenUnits: 8,
    members: 2,
    statisticsUnits: 11,
    statisticsReferences: [8, 0, 3],
  },
];

describe('exportOnnx', () => {
  for (const [index, shape] of SHAPES.entries()) {
    it(`writes a graph that equals the trained network (shape ${index + 1})`, async () => {
      const random = createRandom(index);
      const weights = randomReaders(shape, random);
      const model = { weights, graph: exportOnnx(shape, weights), manifest: { shape } };
      const onnx = await loadEngine('onnxruntime', model);
      const trained = await loadEngine('tensorflow-wasm', model);
      let compared = 0;
      for (const batchSize of [1, 3]) {
        for (const frameCount of [1, 8, 13]) {
          const frames = Float32Array.from(
            { length: batchSize * frameCount * shape.featureCount },
            () => random.normal(),
          );
          const state = new Float32Array(batchSize * stateSize(shape));
          for (let b = 0; b < batchSize; b++) state.set(initialState(shape), b * stateSize(shape));
          const input = { batchSize, frameCount, frames, state };
          const a = await onnx.step(input);
          const b = await trained.step(input);
          for (const key of ['logits', 'state'] as const) {
            assert.equal(a[key].length, b[key].length);
            a[key].forEach((value, i) => {
              const expected = b[key][i]!;
              const tolerance = 1e-4 * Math.max(1, Math.abs(expected));
              assert.ok(Math.abs(value - expected) < tolerance, `${key}[${i}]`);
            });
            compared += a[key].length;
          }
        }
      }
      assert.ok(compared > 1000);
      await onnx.close();
      await trained.close();
    });
  }
});
