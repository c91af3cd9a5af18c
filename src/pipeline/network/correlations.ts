import * as tf from '@tensorflow/tfjs-core';
import { type Moments, momentsOf } from './moments.ts';
import { agesInBlocks, fadedSums, type ReadoutPlan } from './readout-blocks.ts';
import { CORRELATION_FLOOR } from './variance-floor.ts';

/**
 * How every hidden unit goes with a few of them, the references: Pearson's correlation over the
 * frames so far, (Σ w·h_r·h / Σ w − mean_r·mean) / (s_r·s), s being the square root of the variance
 * and a floor. Of the features, it says how a voice changes as it gets loud, which neither mean nor
 * deviation does; level and colour of the line cancel. Kept as one more sum beside those of the
 * moments, it needs no history.
 */

/** `[N, H]` and the same weighed → Σ's terms w·h_r·h, `[N, K·H]`, reference by reference. */
export function productsWith(
  references: readonly number[],
  hidden: tf.Tensor2D,
  weighted: tf.Tensor2D,
): tf.Tensor2D {
  const parts = references.map((unit) => tf.mul(weighted, column(hidden, unit)) as tf.Tensor2D);
  return parts.length === 1 ? parts[0]! : tf.concat(parts, 1);
}

/** Σ w `[N, 1]`, moments `[N, H]` and Σ w·h_r·h `[N, K·H]` → correlations `[N, K·H]`. */
export function correlationsOf(
  references: readonly number[],
  denominator: tf.Tensor2D,
  { mean, variance }: Moments,
  product: tf.Tensor2D,
): tf.Tensor2D {
  const units = mean.shape[1];
  const spread = tf.sqrt(tf.add(variance, CORRELATION_FLOOR)) as tf.Tensor2D;
  const parts = references.map((unit, k) => {
    const own = tf.slice(product, [0, k * units], [-1, units]);
    const covariance = tf.sub(tf.div(own, denominator), tf.mul(mean, column(mean, unit)));
    return tf.div(covariance, tf.mul(spread, column(spread, unit))) as tf.Tensor2D;
  });
  return parts.length === 1 ? parts[0]! : tf.concat(parts, 1);
}

/** The correlations at every readout, for training: `[T·B, H]` → `[R·B, K·H]`, every frame weighing the same but for its age. */
export function correlationReadouts(
  references: readonly number[],
  hidden: tf.Tensor2D,
  plan: ReadoutPlan,
  decay: number,
): tf.Tensor2D {
  const units = hidden.shape[1];
  const shares = tf.reshape(tf.mul(plan.present, tf.exp(agesInBlocks(plan, decay))), [-1, 1]);
  const weighted = tf.mul(shares, hidden) as tf.Tensor2D;
  const sums = (x: tf.Tensor, width: number) => fadedSums(x, plan, decay, width);
  const denominator = sums(shares, 1);
  const moments = momentsOf(
    denominator,
    sums(weighted, units),
    sums(tf.mul(weighted, hidden), units),
  );
  const products = productsWith(references, hidden, weighted);
  const product = sums(products, references.length * units);
  return correlationsOf(references, denominator, moments, product);
}

/** One unit of all rows, `[N, 1]`. */
function column(x: tf.Tensor2D, unit: number): tf.Tensor2D {
  return tf.slice(x, [0, unit], [-1, 1]);
}
