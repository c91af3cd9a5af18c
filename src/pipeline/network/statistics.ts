import * as tf from '@tensorflow/tfjs-core';
import { concat, scaleBy } from './blocks.ts';
import { correlationReadouts } from './correlations.ts';
import { head } from './layers.ts';
import { peakReadouts } from './peak.ts';
import { poolReadouts } from './pooling.ts';
import type { ReadoutPlan } from './readout-blocks.ts';
import { decayPerFrame, type NetworkShape, statisticsShape } from './shape.ts';
import { statisticsHead, type Weights } from './weights.ts';

/**
 * The reader of statistics: mean, deviation, correlations (correlations.ts) and peak of every feature
 * over the speech so far, each frame weighing the same but for its age, standardised, then a head of its own. It hears the frames
 * before they are centred, so it knows what a voice is like on the whole, which the members are kept
 * from. What classifiers of whole utterances read (functionals, Schuller et al. 2009), made to run.
 */

/** Masks of the head's input and of its dense layer, `[B, ·]` each. */
interface HeadDropout {
  readonly pooled: tf.Tensor2D;
  readonly dense: tf.Tensor2D;
}

/** `[N, (3 + K)·F]` pooled vectors, K the number of references → `[N, labels]`. */
export function readStatistics(
  weights: Weights,
  pooled: tf.Tensor2D,
  dropout?: HeadDropout,
): tf.Tensor2D {
  const shifted = tf.sub(pooled, weights['statistics.mean']);
  const standardised = tf.mul(shifted, weights['statistics.scale']) as tf.Tensor2D;
  const input = dropout === undefined ? standardised : scaleBy(standardised, dropout.pooled);
  return head(statisticsHead(weights), input, dropout?.dense);
}

/** The training pass of statistics alone: normalised frames `[T·B, F]` → logits `[R·B, labels]`. */
export function statisticsReadouts(
  shape: NetworkShape,
  weights: Weights,
  normalised: tf.Tensor2D,
  plan: ReadoutPlan,
  dropout?: HeadDropout,
): tf.Tensor2D {
  const own = statisticsShape(shape);
  const alike = tf.zeros([normalised.shape[0], 1]) as tf.Tensor2D;
  const decay = decayPerFrame(own);
  const moments = poolReadouts(normalised, alike, plan, decay);
  const references = own.statisticsReferences;
  const second =
    references.length > 0
      ? concat(moments, correlationReadouts(references, normalised, plan, decay))
      : moments;
  const pooled = concat(second, peakReadouts(own, normalised, plan));
  return readStatistics(weights, pooled, dropout);
}
