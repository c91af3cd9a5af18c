import * as tf from '@tensorflow/tfjs-core';
import { correlationsOf, productsWith } from './correlations.ts';
import { momentsOf } from './moments.ts';
import {
  ages,
  agesInBlocks,
  fadedSums,
  fadedSumsGradient,
  type ReadoutPlan,
} from './readout-blocks.ts';

/**
 * Attention pooling with exponential forgetting. At frame t_r every frame t ≤ t_r weighs
 * e^(s_t − λ·(t_r − t)), normalised to 1; the pooled vector is the weighted mean and standard
 * deviation of the hidden vectors (attentive statistics pooling, Okabe et al. 2018, arXiv
 * 1803.10963, made causal). Kept as three sums, it needs no history: a step adds its frames to the
 * sums of the step before, each faded by e^(−λ·frames).
 */

/** The attention sums of B legs; weights are relative to e^maximum. */
export interface AttentionSums {
  /** `[1, B]`: the largest log-weight so far, itself fading by λ a frame. */
  readonly maximum: tf.Tensor2D;
  /** `[1, B]`: Σ w. */
  readonly denominator: tf.Tensor2D;
  /** `[B, H]`: Σ w·h. */
  readonly numerator: tf.Tensor2D;
  /** `[B, H]`: Σ w·h². */
  readonly square: tf.Tensor2D;
  /** `[B, K·H]`: Σ w·h_r·h for each of K references, of a reader that has them. */
  readonly product?: tf.Tensor2D;
}

/** Adds `T` frames to the sums: hidden `[T·B, H]`, scores `[T·B, 1]`. Without gradients. */
export function addToSums(
  hidden: tf.Tensor2D,
  scores: tf.Tensor2D,
  sums: AttentionSums,
  decay: number,
  references: readonly number[] = [],
): AttentionSums {
  const [batchSize, units] = sums.numerator.shape;
  const frameCount = hidden.shape[0] / batchSize;
  const logWeights = tf.add(tf.reshape(scores, [frameCount, batchSize]), ages(frameCount, decay));
  const faded = tf.sub(sums.maximum, decay * frameCount);
  const maximum = tf.maximum(faded, tf.max(logWeights, 0, true)) as tf.Tensor2D;
  const keep = tf.exp(tf.sub(faded, maximum)) as tf.Tensor2D;
  const weights = tf.exp(tf.sub(logWeights, maximum));
  const weighted = tf.mul(tf.reshape(weights, [frameCount * batchSize, 1]), hidden) as tf.Tensor2D;
  const perLeg = tf.reshape(keep, [batchSize, 1]);
  const total = (x: tf.Tensor, width = units) =>
    tf.sum(tf.reshape(x, [frameCount, batchSize, width]), 0);
  const products = () =>
    total(productsWith(references, hidden, weighted), references.length * units);
  return {
    maximum,
    denominator: tf.add(tf.mul(sums.denominator, keep), tf.sum(weights, 0, true)),
    numerator: tf.add(tf.mul(sums.numerator, perLeg), total(weighted)),
    square: tf.add(tf.mul(sums.square, perLeg), total(tf.mul(weighted, hidden))),
    ...(sums.product && { product: tf.add(tf.mul(sums.product, perLeg), products()) }),
  };
}

/** `[B, (2 + K)·H]`: what the head reads, weighted mean, standard deviation, then correlations. */
export function pooled(sums: AttentionSums, references: readonly number[] = []): tf.Tensor2D {
  const denominator = tf.reshape(sums.denominator, [-1, 1]) as tf.Tensor2D;
  const moments = momentsOf(denominator, sums.numerator, sums.square);
  const parts = [moments.mean, moments.deviation];
  if (sums.product) parts.push(correlationsOf(references, denominator, moments, sums.product));
  return tf.concat(parts, 1) as tf.Tensor2D;
}

interface Pooling {
  /** `[T·B, 1]` */
  readonly weights: tf.Tensor2D;
  /** `[R·B, 1]` */
  readonly denominator: tf.Tensor2D;
  readonly numerator: tf.Tensor2D;
  readonly square: tf.Tensor2D;
}

/** The sums at the end of every block. A clip's padding weighs nothing, so its last block ends with it. */
function poolBlocks(
  hidden: tf.Tensor2D,
  scores: tf.Tensor2D,
  plan: ReadoutPlan,
  decay: number,
): Pooling {
  const { frameCount, batchSize } = plan;
  const units = hidden.shape[1];
  const grid = tf.reshape(scores, [frameCount, batchSize]);
  const masked = tf.add(grid, tf.mul(tf.sub(plan.present, 1), 1e9));
  const relative = tf.sub(masked, tf.max(masked, 0, true));
  const logWeights = tf.add(relative, agesInBlocks(plan, decay));
  const weights = tf.reshape(tf.exp(logWeights), [-1, 1]) as tf.Tensor2D;
  const weighted = tf.mul(weights, hidden);
  const sums = (x: tf.Tensor, width: number) => fadedSums(x, plan, decay, width);
  return {
    weights,
    // A block whose every weight underflowed beside a far later maximum must not divide by zero.
    denominator: tf.maximum(sums(weights, 1), 1e-30) as tf.Tensor2D,
    numerator: sums(weighted, units),
    square: sums(tf.mul(weighted, hidden), units),
  };
}

/** Gradients of `poolReadouts`; the maximum subtracted before the exponential cancels out of them. */
function poolGradients(
  dy: tf.Tensor2D,
  hidden: tf.Tensor2D,
  pooling: Pooling,
  plan: ReadoutPlan,
  decay: number,
) {
  const units = hidden.shape[1];
  const { denominator, weights } = pooling;
  const [dMeanDirect, dDeviation] = tf.split(dy, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
  const stats = momentsOf(denominator, pooling.numerator, pooling.square);
  const dMoment = tf.mul(tf.div(dDeviation, tf.mul(2, stats.deviation)), tf.step(stats.variance));
  const dMean = tf.sub(dMeanDirect, tf.mul(tf.mul(2, stats.mean), dMoment));
  const dNumerator = tf.div(dMean, denominator);
  const dSquare = tf.div(dMoment, denominator);
  const ratio = tf.add(tf.mul(dMean, stats.mean), tf.mul(dMoment, stats.moment));
  const dDenominator = tf.neg(tf.div(tf.sum(ratio, 1, true), denominator));
  const back = (x: tf.Tensor, width: number) => fadedSumsGradient(x, plan, decay, width);
  const first = back(dNumerator, units);
  const second = tf.mul(back(dSquare, units), hidden);
  const dHidden = tf.mul(weights, tf.add(first, tf.mul(2, second)));
  const perFrame = tf.sum(tf.mul(tf.add(first, second), hidden), 1, true);
  const dScores = tf.mul(weights, tf.add(perFrame, back(dDenominator, 1)));
  return [dHidden, dScores];
}

/** The pooled vectors at every readout, for training: `[T·B, H]`, `[T·B, 1]` → `[R·B, 2H]`. */
export function poolReadouts(
  hidden: tf.Tensor2D,
  scores: tf.Tensor2D,
  plan: ReadoutPlan,
  decay: number,
): tf.Tensor2D {
  const op = tf.customGrad((...inputs) => {
    const save = inputs.pop() as unknown as tf.GradSaveFunc;
    const pooling = poolBlocks(hidden, scores, plan, decay);
    const { denominator, numerator, square, weights } = pooling;
    save([hidden, weights, denominator, numerator, square]);
    const { mean, deviation } = momentsOf(denominator, numerator, square);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [hidden, weights, denominator, numerator, square] = saved as [
        tf.Tensor2D,
        tf.Tensor2D,
        tf.Tensor2D,
        tf.Tensor2D,
        tf.Tensor2D,
      ];
      const sums = { weights, denominator, numerator, square };
      return poolGradients(dy as tf.Tensor2D, hidden, sums, plan, decay);
    };
    return { value: tf.concat([mean, deviation], 1), gradFunc };
  });
  return op(hidden, scores) as tf.Tensor2D;
}
