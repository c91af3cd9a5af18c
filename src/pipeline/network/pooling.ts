import * as tf from '@tensorflow/tfjs-core';
import { matMulTransposedA } from './blocks.ts';
import { VARIANCE_FLOOR } from './variance-floor.ts';

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
}

/** `[rows, 1]`: what fades `rows` frames down to the moment of the last, as log-weights. */
function ages(rows: number, decay: number): tf.Tensor2D {
  return tf.tensor2d(
    Float32Array.from({ length: rows }, (_, t) => -decay * (rows - 1 - t)),
    [rows, 1],
  );
}

/** Adds `T` frames to the sums: hidden `[T·B, H]`, scores `[T·B, 1]`. Without gradients. */
export function addToSums(
  hidden: tf.Tensor2D,
  scores: tf.Tensor2D,
  sums: AttentionSums,
  decay: number,
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
  const total = (x: tf.Tensor) => tf.sum(tf.reshape(x, [frameCount, batchSize, units]), 0);
  return {
    maximum,
    denominator: tf.add(tf.mul(sums.denominator, keep), tf.sum(weights, 0, true)),
    numerator: tf.add(tf.mul(sums.numerator, perLeg), total(weighted)),
    square: tf.add(tf.mul(sums.square, perLeg), total(tf.mul(weighted, hidden))),
  };
}

/** `[N, 1]`, `[N, H]`, `[N, H]` → mean, second moment, deviation, `[N, H]` each. */
function statistics(denominator: tf.Tensor, numerator: tf.Tensor, square: tf.Tensor) {
  const mean = tf.div(numerator, denominator);
  const moment = tf.div(square, denominator);
  const variance = tf.relu(tf.sub(moment, tf.square(mean)));
  return { mean, moment, variance, deviation: tf.sqrt(tf.add(variance, VARIANCE_FLOOR)) };
}

/** `[B, 2H]`: what the head reads, weighted mean then standard deviation. */
export function pooled(sums: AttentionSums): tf.Tensor2D {
  const denominator = tf.reshape(sums.denominator, [-1, 1]);
  const { mean, deviation } = statistics(denominator, sums.numerator, sums.square);
  return tf.concat([mean, deviation], 1) as tf.Tensor2D;
}

/** How the frames of right-padded clips are read out: after each block of `every` frames. */
export interface ReadoutPlan {
  readonly frameCount: number;
  readonly batchSize: number;
  readonly every: number;
  /** `[T, B]`: 1 where a clip has a frame, 0 where it is padded. */
  readonly present: tf.Tensor2D;
  readonly decay: number;
}

/** `[R, R]`: how much of block c's sum is left at the end of block r. */
function blockDecay(blocks: number, every: number, decay: number): tf.Tensor2D {
  const values = new Float32Array(blocks * blocks);
  for (let r = 0; r < blocks; r++) {
    for (let c = 0; c <= r; c++) values[r * blocks + c] = Math.exp(-decay * every * (r - c));
  }
  return tf.tensor2d(values, [blocks, blocks]);
}

/** `[T·B, N]` → `[R, B·N]`: the sum over each block of frames. */
function sumBlocks(x: tf.Tensor, plan: ReadoutPlan, blocks: number, width: number): tf.Tensor2D {
  const rows = blocks * plan.every * plan.batchSize;
  const missing = rows - plan.frameCount * plan.batchSize;
  const flat = tf.reshape(x, [-1, width]) as tf.Tensor2D;
  const padded =
    missing === 0
      ? flat
      : tf.pad(flat, [
          [0, missing],
          [0, 0],
        ]);
  return tf.sum(tf.reshape(padded, [blocks, plan.every, plan.batchSize * width]), 1) as tf.Tensor2D;
}

/** `[R, B·N]` → `[T·B, N]`: gives every frame its block's value. */
function spreadBlocks(x: tf.Tensor, plan: ReadoutPlan, width: number): tf.Tensor2D {
  const blocks = x.shape[0]!;
  const perBlock = tf.reshape(x, [blocks, 1, plan.batchSize * width]);
  // A product with ones, because the WASM backend's tile is a hundred times slower.
  const rows = tf.reshape(tf.mul(perBlock, tf.ones([1, plan.every, 1])), [
    -1,
    width,
  ]) as tf.Tensor2D;
  return tf.slice(rows, [0, 0], [plan.frameCount * plan.batchSize, width]);
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
function poolBlocks(hidden: tf.Tensor2D, scores: tf.Tensor2D, plan: ReadoutPlan): Pooling {
  const { frameCount, batchSize, every, decay } = plan;
  const units = hidden.shape[1];
  const blocks = Math.ceil(frameCount / every);
  const grid = tf.reshape(scores, [frameCount, batchSize]);
  const masked = tf.add(grid, tf.mul(tf.sub(plan.present, 1), 1e9));
  const relative = tf.sub(masked, tf.max(masked, 0, true));
  const inBlock = tf.slice(tf.tile(ages(every, decay), [blocks, 1]), [0, 0], [frameCount, 1]);
  const weights = tf.reshape(tf.exp(tf.add(relative, inBlock)), [-1, 1]) as tf.Tensor2D;
  const weighted = tf.mul(weights, hidden);
  const fade = blockDecay(blocks, every, decay);
  const sums = (x: tf.Tensor, width: number) =>
    tf.reshape(tf.matMul(fade, sumBlocks(x, plan, blocks, width)), [
      blocks * batchSize,
      width,
    ]) as tf.Tensor2D;
  return {
    weights,
    // A block whose every weight underflowed beside a far later maximum must not divide by zero.
    denominator: tf.maximum(sums(weights, 1), 1e-30) as tf.Tensor2D,
    numerator: sums(weighted, units),
    square: sums(tf.mul(weighted, hidden), units),
  };
}

/** Gradients of `poolReadouts`; the maximum subtracted before the exponential cancels out of them. */
function poolGradients(dy: tf.Tensor2D, hidden: tf.Tensor2D, pooling: Pooling, plan: ReadoutPlan) {
  const units = hidden.shape[1];
  const { denominator, weights } = pooling;
  const blocks = denominator.shape[0] / plan.batchSize;
  const [dMeanDirect, dDeviation] = tf.split(dy, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
  const stats = statistics(denominator, pooling.numerator, pooling.square);
  const dMoment = tf.mul(tf.div(dDeviation, tf.mul(2, stats.deviation)), tf.step(stats.variance));
  const dMean = tf.sub(dMeanDirect, tf.mul(tf.mul(2, stats.mean), dMoment));
  const dNumerator = tf.div(dMean, denominator);
  const dSquare = tf.div(dMoment, denominator);
  const ratio = tf.add(tf.mul(dMean, stats.mean), tf.mul(dMoment, stats.moment));
  const dDenominator = tf.neg(tf.div(tf.sum(ratio, 1, true), denominator));
  const fade = blockDecay(blocks, plan.every, plan.decay);
  const back = (x: tf.Tensor, width: number) => {
    const perBlock = tf.reshape(x, [blocks, plan.batchSize * width]) as tf.Tensor2D;
    return spreadBlocks(matMulTransposedA(fade, perBlock), plan, width);
  };
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
): tf.Tensor2D {
  const op = tf.customGrad((...inputs) => {
    const save = inputs.pop() as unknown as tf.GradSaveFunc;
    const pooling = poolBlocks(hidden, scores, plan);
    const { denominator, numerator, square, weights } = pooling;
    save([hidden, weights, denominator, numerator, square]);
    const { mean, deviation } = statistics(denominator, numerator, square);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [hidden, weights, denominator, numerator, square] = saved as [
        tf.Tensor2D,
        tf.Tensor2D,
        tf.Tensor2D,
        tf.Tensor2D,
        tf.Tensor2D,
      ];
      const sums = { weights, denominator, numerator, square };
      return poolGradients(dy as tf.Tensor2D, hidden, sums, plan);
    };
    return { value: tf.concat([mean, deviation], 1), gradFunc };
  });
  return op(hidden, scores) as tf.Tensor2D;
}
