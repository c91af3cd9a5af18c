import * as tf from '@tensorflow/tfjs-core';
import { dense, scaleBy } from './blocks.ts';
import type { HeadName, Weights } from './weights.ts';

/** The network's layers over its weights, as `step` and `readouts` both wire them (network.ts). */

/** `[B, T, F]` raw features → `[T·B, F]`, normalised. A column with scale 0 is switched off. */
export function normalise(weights: Weights, frames: tf.Tensor3D): tf.Tensor2D {
  const [batchSize, frameCount, featureCount] = frames.shape;
  const timeMajor = tf.reshape(tf.transpose(frames, [1, 0, 2]), [
    frameCount * batchSize,
    featureCount,
  ]);
  const centred = tf.sub(timeMajor, weights['input.mean']);
  return tf.mul(centred, weights['input.scale']) as tf.Tensor2D;
}

/** The first or second convolution, from the frames before. */
export function convolution(
  weights: Weights,
  name: 'conv1' | 'conv2',
  context: tf.Tensor2D,
  size: number,
) {
  return {
    context,
    kernel: weights[`${name}.kernel`],
    bias: weights[`${name}.bias`],
    batchSize: size,
    constantInput: name === 'conv1',
  };
}

/** `[T·B, H]` → `[T·B, 1]`: s = v·tanh(W·h + b) (additive attention, Bahdanau et al. 2015). */
export function attentionScores(weights: Weights, hidden: tf.Tensor2D): tf.Tensor2D {
  const layer = dense(hidden, weights['attention.kernel'], weights['attention.bias'], 'tanh');
  // A score's constant offset would cancel in the softmax: no bias.
  return dense(layer, weights['attention.vector'], tf.zeros([1, 1]));
}

/** `[N, pooled]` → `[N, labels]`; `dropout` scales the dense units, `[B, D]` with N a multiple of B. */
export function head(
  weights: Pick<Weights, HeadName>,
  x: tf.Tensor2D,
  dropout?: tf.Tensor2D,
): tf.Tensor2D {
  const hidden = dense(x, weights['dense.kernel'], weights['dense.bias'], 'relu');
  const kept = dropout === undefined ? hidden : scaleBy(hidden, dropout);
  return dense(kept, weights['output.kernel'], weights['output.bias']);
}

export function lstmWeights(weights: Weights) {
  return {
    kernel: weights['lstm.kernel'],
    recurrent: weights['lstm.recurrent'],
    bias: weights['lstm.bias'],
  };
}
