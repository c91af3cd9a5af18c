import * as tf from '@tensorflow/tfjs-core';
import type { NetworkShape } from './shape.ts';
import { mapWeights, type WeightArrays, type Weights, weightShapes } from './weights.ts';

// Apart from weights.ts, so that an engine without TensorFlow.js does not load it.

/** Copies the weights to the current TensorFlow.js backend. The caller disposes of them. */
export function toTensors(arrays: WeightArrays, shape: NetworkShape): Weights {
  const shapes = weightShapes(shape);
  return mapWeights((name) => tf.tensor2d(arrays[name], [...shapes[name]]));
}
