import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '../../../src/pipeline/engines/tensorflow-backend.ts';
import { readoutCount, readouts } from '../../../src/pipeline/network/network.ts';
import {
  DEFAULT_SHAPE,
  initialState,
  megaflopsPerAudioSecond,
  type NetworkShape,
  pooledSize,
  stateLayout,
  stateSize,
  trainedReader,
} from '../../../src/pipeline/network/shape.ts';
import { step } from '../../../src/pipeline/network/step.ts';
import { toTensors } from '../../../src/pipeline/network/weight-tensors.ts';
import {
  LEARNED_NAMES,
  learnedNames,
  type Weights,
} from '../../../src/pipeline/network/weights.ts';
import { initialWeights } from '../../../src/training/initial-weights.ts';
import { crossEntropy } from '../../../src/training/loss.ts';
import { createRandom } from '../../../src/training/random.ts';

const SMALL: NetworkShape = {
  ...DEFAULT_SHAPE,
  featureCount: 7,
  convChannels: 6,
  hiddenUnits: 6,
  attentionUnits: 5,
  denseUnits: 9,
  halfLifeMs: 500,
};

const PEAKED: NetworkShape = { ...SMALL, peakSharpness: 3, peakFallMs: 900 };

const STATISTICS: NetworkShape = {
  ...SMALL,
  members: 0,
  statisticsUnits: 9,
  statisticsHalfLifeMs: 400,
};

const CORRELATED: NetworkShape = { ...STATISTICS, statisticsReferences: [5, 1] };

function randomFrames(frames: number, shape: NetworkShape, seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length: frames * shape.featureCount }, () => random.normal());
}

/** Weights with every tensor busy: biases and normalisation too. */
function busyWeights(shape: NetworkShape, seed: number) {
  const random = createRandom(seed);
  const weights = initialWeights(shape, random);
  for (const name of LEARNED_NAMES) {
    if (name.endsWith('.bias'))
      weights[name].forEach((_, i) => {
        weights[name][i]! += random.normal(0, 0.3);
      });
  }
  weights['attention.vector'].forEach((v, i) => {
    weights['attention.vector'][i] = v * 4;
  });
  weights['input.mean'].forEach((_, i) => {
    weights['input.mean'][i] = random.normal();
    weights['input.centre'][i] = i % 2;
    weights['input.scale'][i] = i % 3 === 0 ? 0 : random.uniform(0.5, 2);
  });
  weights['statistics.mean'].forEach((_, i) => {
    weights['statistics.mean'][i] = random.normal();
    weights['statistics.scale'][i] = random.uniform(0.5, 2);
  });
  return weights;
}

function nameOf(shape: NetworkShape): string {
  const { featureCount, members, peakSharpness, statisticsReferences } = shape;
  if (members === 0) return `statistics, references ${statisticsReferences.length}`;
  return `${featureCount} features, peak ${peakSharpness}`;
}

/** Steps through one leg's frames in the given chunks and returns everything that came out. */
function stepThrough(
  shape: NetworkShape,
  weights: Weights,
  frames: Float32Array,
  chunks: number[],
) {
  let state: Float32Array = initialState(shape);
  let logits: Float32Array = new Float32Array();
  let at = 0;
  for (const count of chunks) {
    tf.tidy(() => {
      const part = frames.slice(at * shape.featureCount, (at + count) * shape.featureCount);
      const out = step(
        shape,
        { shared: weights, members: shape.members > 0 ? [weights] : [] },
        tf.tensor3d(part, [1, count, shape.featureCount]),
        tf.tensor2d(state, [1, state.length]),
      );
      state = out.state.dataSync<'float32'>().slice();
      logits = out.logits.dataSync<'float32'>().slice();
    });
    at += count;
  }
  return { state, logits };
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.equal(a.length, b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}

/** As a part of the larger value, where that is above 1: sums of powers grow large. */
function largestRelativeDifference(a: Float32Array, b: Float32Array): number {
  const size = (i: number) => Math.max(1, Math.abs(b[i]!));
  return largestDifference(
    a.map((value, i) => value / size(i)),
    b.map((value, i) => value / size(i)),
  );
}

describe('network', () => {
  before(() => useBackend('wasm'));

  it('stays within the budget of 20 megaflops a second of audio', () => {
    for (const more of [{}, { peakSharpness: 4 }, { statisticsUnits: 256 }]) {
      const shape = { ...DEFAULT_SHAPE, ...more };
      const megaflops = megaflopsPerAudioSecond(shape);
      assert.ok(megaflops > 10 && megaflops <= 20, `${megaflops}`);
    }
  });

  it('lays the state out without holes', () => {
    let end = 0;
    for (const part of stateLayout(DEFAULT_SHAPE)) {
      assert.equal(part.offset, end);
      end += part.size;
    }
    assert.equal(end, stateSize(DEFAULT_SHAPE));
    assert.equal(initialState(DEFAULT_SHAPE).length, end);
  });

  for (const shape of [SMALL, PEAKED, STATISTICS, CORRELATED, DEFAULT_SHAPE]) {
    it(`answers the same in any chunking, and as in training (${nameOf(shape)})`, () => {
      const weights = toTensors(busyWeights(shape, 5), shape);
      const random = createRandom(11);
      let compared = 0;
      for (const total of [1, 7, 8, 13, 61]) {
        const frames = randomFrames(total, shape, total);
        const whole = stepThrough(shape, weights, frames, [total]);
        const trained = tf.tidy(() => {
          const padded = new Float32Array((total + 5) * shape.featureCount).fill(9);
          padded.set(frames);
          const batch = tf.tensor3d(Float32Array.from([...padded, ...padded]), [
            2,
            total + 5,
            shape.featureCount,
          ]);
          const out = readouts(shape, weights, batch, [total + 5, total], { every: 8 });
          const row = (readoutCount(total, 8) - 1) * 2 + 1;
          return out.logits.dataSync<'float32'>().slice(row * 8, row * 8 + 8);
        });
        assert.ok(largestDifference(trained, whole.logits) < 1e-4);
        for (let trial = 0; trial < 3; trial++) {
          const chunks: number[] = [];
          for (let left = total; left > 0; left -= chunks.at(-1)!) {
            chunks.push(1 + random.integer(Math.min(left, 9)));
          }
          const streamed = stepThrough(shape, weights, frames, chunks);
          assert.ok(largestDifference(streamed.logits, whole.logits) < 1e-4);
          assert.ok(largestRelativeDifference(streamed.state, whole.state) < 2e-3);
          compared += streamed.logits.length + streamed.state.length;
        }
      }
      assert.ok(compared > 300, `${compared} values compared`);
      tf.dispose(Object.values(weights));
    });
  }

  for (const shape of [SMALL, PEAKED, STATISTICS, CORRELATED])
    it(`has gradients that agree with finite differences for every weight tensor (${nameOf(shape)})`, () => {
      const names = learnedNames(shape);
      const weights = busyWeights(shape, 8);
      const lengths = [21, 16, 9];
      const total = Math.max(...lengths);
      const rows = 3 * lengths.length;
      const targets = {
        wanted: Float32Array.from({ length: rows * 8 }, (_, i) => (i % 8 === (i >> 3) % 8 ? 1 : 0)),
        offsets: new Float32Array(rows * 8),
        weights: Float32Array.from({ length: rows }, (_, r) => [1, 1, 1, 1, 1, 1, 1, 0, 0][r]! / 7),
        rows,
      };
      const mask = (columns: number) =>
        tf.tensor2d(
          Float32Array.from({ length: 3 * columns }, (_, i) => (i % 4 === 0 ? 0 : 1.3)),
          [3, columns],
        );
      const forward = (tensors: Weights) => {
        const frames = tf.tensor3d(randomFrames(3 * total, SMALL, 2), [3, total, 7]);
        const pooled = mask(pooledSize(trainedReader(shape)));
        const dropout = { conv1: mask(6), conv2: mask(6), pooled, dense: mask(9) };
        const { logits } = readouts(shape, tensors, frames, lengths, { every: 8, dropout });
        return crossEntropy(logits, targets);
      };
      const loss = () => tf.tidy(() => forward(toTensors(weights, shape)).dataSync()[0]!);
      const gradients = tf.tidy(() => {
        const tensors = toTensors(weights, shape);
        const run = (...learned: tf.Tensor[]) =>
          forward({
            ...tensors,
            ...Object.fromEntries(names.map((name, i) => [name, learned[i]])),
          } as Weights);
        const { grads } = tf.valueAndGrads(run)(names.map((name) => tensors[name]));
        return grads.map((gradient) => gradient.dataSync<'float32'>().slice());
      });
      names.forEach((name, i) => {
        // Along a random direction, so that one number checks the whole tensor.
        const random = createRandom(i + 20);
        const direction = weights[name].map(() => random.normal());
        const original = weights[name].slice();
        const at = (distance: number) => {
          weights[name].forEach((_, k) => {
            weights[name][k] = original[k]! + distance * direction[k]!;
          });
          const value = loss();
          weights[name].set(original);
          return value;
        };
        const size = 2e-3 / Math.sqrt(direction.length / 10);
        const numeric = (at(size) - at(-size)) / (2 * size);
        const analytic = direction.reduce((sum, d, k) => sum + d * gradients[i]![k]!, 0);
        const tolerance = 0.02 * Math.abs(analytic) + 1e-3;
        assert.ok(Math.abs(numeric - analytic) < tolerance, `${name}: ${numeric} and ${analytic}`);
      });
    });
});
