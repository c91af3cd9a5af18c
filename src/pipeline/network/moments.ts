import * as tf from '@tensorflow/tfjs-core';
import { VARIANCE_FLOOR } from './variance-floor.ts';

/** Weighted moments of hidden vectors, `[N, H]` each. */
export interface Moments {
  readonly mean: tf.Tensor2D;
  /** Mean of the squares. */
  readonly moment: tf.Tensor2D;
  readonly variance: tf.Tensor2D;
  readonly deviation: tf.Tensor2D;
}

/** Σ w `[N, 1]`, Σ w·h `[N, H]`, Σ w·h² `[N, H]` → the moments that these sums stand for. */
export function momentsOf(
  denominator: tf.Tensor2D,
  numerator: tf.Tensor2D,
  square: tf.Tensor2D,
): Moments {
  const mean = tf.div(numerator, denominator) as tf.Tensor2D;
  const moment = tf.div(square, denominator) as tf.Tensor2D;
  const variance = tf.relu(tf.sub(moment, tf.square(mean))) as tf.Tensor2D;
  const deviation = tf.sqrt(tf.add(variance, VARIANCE_FLOOR)) as tf.Tensor2D;
  return { mean, moment, variance, deviation };
}
