import * as tf from '@tensorflow/tfjs-core';
import {
  ages,
  agesInBlocks,
  fadedSums,
  fadedSumsGradient,
  type ReadoutPlan,
} from './readout-blocks.ts';
import { type NetworkShape, peakDecayPerFrame } from './shape.ts';

/**
 * The peak of every hidden unit, which the head reads beside mean and deviation: a smooth maximum,
 * (1/α)·ln of the mean of e^(α·h) over all frames (log-sum-exp pooling, Pinheiro & Collobert 2015,
 * arXiv 1411.6228). A frame's share fades with age, so that a peak falls by one in `peakFallMs`
 * and no moment rules the rest of a call. Attention has no part in it. Kept as two sums, like the
 * attention, it needs no history.
 */

/** The peak's sums of B legs; a frame of age n counts e^(−decay·n). */
export interface PeakSums {
  /** `[B, 1]`: the faded number of frames. */
  readonly count: tf.Tensor2D;
  /** `[B, H]`: Σ e^(α·h), faded. */
  readonly sum: tf.Tensor2D;
}

/** α·h may be this at most: single precision holds a long call's sum of such frames. */
export const LARGEST_EXPONENT = 60;

/** e^(α·h), `[T·B, H]`. */
function raised(hidden: tf.Tensor2D, sharpness: number): tf.Tensor2D {
  return tf.exp(tf.minimum(tf.mul(hidden, sharpness), LARGEST_EXPONENT));
}

/** Adds T frames to the sums: hidden `[T·B, H]`. Without gradients. */
export function addToPeak(shape: NetworkShape, hidden: tf.Tensor2D, before: PeakSums): PeakSums {
  const [batchSize, units] = before.sum.shape;
  const frameCount = hidden.shape[0] / batchSize;
  const decay = peakDecayPerFrame(shape);
  const shares = tf.exp(ages(frameCount, decay));
  const keep = Math.exp(-decay * frameCount);
  const perFrame = tf.reshape(raised(hidden, shape.peakSharpness), [frameCount, batchSize * units]);
  const fresh = tf.reshape(tf.sum(tf.mul(perFrame, shares), 0), [batchSize, units]);
  return {
    count: tf.add(tf.mul(before.count, keep), tf.sum(shares)),
    sum: tf.add(tf.mul(before.sum, keep), fresh),
  };
}

/** `[N, H]`: the peaks that sums stand for. */
export function peakOf(shape: NetworkShape, { count, sum }: PeakSums): tf.Tensor2D {
  return tf.div(tf.log(tf.div(sum, count)), shape.peakSharpness) as tf.Tensor2D;
}

/** The peaks at every readout, for training: `[T·B, H]` → `[R·B, H]`. */
export function peakReadouts(
  shape: NetworkShape,
  hidden: tf.Tensor2D,
  plan: ReadoutPlan,
): tf.Tensor2D {
  const units = hidden.shape[1];
  const decay = peakDecayPerFrame(shape);
  const op = tf.customGrad((...inputs) => {
    const save = inputs.pop() as unknown as tf.GradSaveFunc;
    const shares = tf.reshape(tf.mul(plan.present, tf.exp(agesInBlocks(plan, decay))), [-1, 1]);
    const parts = tf.mul(raised(hidden, shape.peakSharpness), shares) as tf.Tensor2D;
    const sum = fadedSums(parts, plan, decay, units);
    const count = fadedSums(shares, plan, decay, 1);
    save([hidden, parts, sum]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [hidden, parts, sum] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
      const within = tf.step(tf.sub(LARGEST_EXPONENT / shape.peakSharpness, hidden));
      const dParts = fadedSumsGradient(tf.div(dy, sum), plan, decay, units);
      return [tf.mul(tf.mul(dParts, parts), within)];
    };
    return { value: peakOf(shape, { count, sum }), gradFunc };
  });
  return op(hidden) as tf.Tensor2D;
}
