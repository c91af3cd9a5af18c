import * as tf from '@tensorflow/tfjs-core';
import type { DropoutMasks } from '../pipeline/network/network.ts';
import type { NetworkShape } from '../pipeline/network/shape.ts';
import type { Random } from './random.ts';
import type { Recipe } from './recipe.ts';

/** `[rows, columns]` of 0 or 1/(1 − rate). */
function mask(rows: number, columns: number, rate: number, random: Random): tf.Tensor2D {
  const kept = 1 / (1 - rate);
  const values = Float32Array.from({ length: rows * columns }, () =>
    random.chance(rate) ? 0 : kept,
  );
  return tf.tensor2d(values, [rows, columns]);
}

/** One batch's masks. Made here, not by the backend, so that a seed fixes them on every backend. */
export function dropoutMasks(
  shape: NetworkShape,
  batchSize: number,
  rates: Recipe['dropout'],
  random: Random,
): DropoutMasks {
  return {
    conv1: mask(batchSize, shape.convChannels, rates.conv, random),
    conv2: mask(batchSize, shape.convChannels, rates.conv, random),
    pooled: mask(batchSize, 2 * shape.hiddenUnits, rates.pooled, random),
  };
}
