import * as tf from '@tensorflow/tfjs-core';
import { add, concat, convolve, scaleBy } from './blocks.ts';
import { centre } from './centring.ts';
import { attentionScores, convolution, head, lstmWeights, normalise } from './layers.ts';
import { type LstmState, lstmSequence } from './lstm.ts';
import { peakReadouts } from './peak.ts';
import { poolReadouts } from './pooling.ts';
import type { ReadoutPlan } from './readout-blocks.ts';
import { decayPerFrame, type NetworkShape } from './shape.ts';
import { statisticsReadouts } from './statistics.ts';
import type { Weights } from './weights.ts';

/**
 * The network: normalise, centre → two causal convolutions with relu → LSTM (+ its input) → running
 * attention and peak → dense, relu → logits; and, in a network that has them, statistics of the frames
 * before they are centred → dense, relu → logits (statistics.ts). `readouts` trains one member, or the
 * statistics; `step` (step.ts) serves all; both are wired from the same blocks, and a test holds them
 * together. Rows inside are time-major (see blocks.ts).
 */

/** Dropout masks, already scaled by 1/(1 − rate); each is the same at every frame of a clip. */
export interface DropoutMasks {
  /** `[B, C]` */
  readonly conv1: tf.Tensor2D;
  /** `[B, C]` */
  readonly conv2: tf.Tensor2D;
  /** `[B, pooled]`, the same at every readout of a clip. */
  readonly pooled: tf.Tensor2D;
  /** `[B, D]`, of the dense layer. */
  readonly dense: tf.Tensor2D;
}

export interface ReadoutOptions {
  /** Frames from one readout to the next. */
  readonly every: number;
  readonly dropout?: DropoutMasks;
}

export interface Readouts {
  /** `[R·B, labels]`: row `r · B + b` is clip b after `(r + 1) · every` frames, or its last. */
  readonly logits: tf.Tensor2D;
  /** R */
  readonly count: number;
}

/** Which readouts a clip of this many frames has: those up to the one that its last frame is in. */
export function readoutCount(frameCount: number, every: number): number {
  return Math.ceil(frameCount / every);
}

/** `[T, B]`: 1 where a clip has a frame. */
function presence(lengths: readonly number[], frameCount: number): tf.Tensor2D {
  const present = new Float32Array(frameCount * lengths.length);
  lengths.forEach((length, b) => {
    for (let t = 0; t < length; t++) present[t * lengths.length + b] = 1;
  });
  return tf.tensor2d(present, [frameCount, lengths.length]);
}

/** The training forward pass: whole clips `[B, T, F]`, right-padded, `lengths[b]` frames each. */
export function readouts(
  shape: NetworkShape,
  weights: Weights,
  frames: tf.Tensor3D,
  lengths: readonly number[],
  options: ReadoutOptions,
): Readouts {
  const [batchSize, frameCount] = frames.shape;
  const { every, dropout } = options;
  const normalised = normalise(weights, frames);
  const present = presence(lengths, frameCount);
  const plan = { frameCount, batchSize, every, present };
  const count = readoutCount(frameCount, every);
  const logits =
    shape.members === 0
      ? statisticsReadouts(shape, weights, normalised, plan, dropout)
      : memberReadouts(shape, weights, normalised, plan, dropout);
  return { logits, count };
}

/** The same of one member: normalised frames `[T·B, F]` → logits `[R·B, labels]`. */
function memberReadouts(
  shape: NetworkShape,
  weights: Weights,
  normalised: tf.Tensor2D,
  plan: ReadoutPlan,
  dropout: DropoutMasks | undefined,
): tf.Tensor2D {
  const { batchSize } = plan;
  const context = (shape.convKernel - 1) * batchSize;
  const drop = (x: tf.Tensor2D, mask: tf.Tensor2D | undefined) =>
    mask === undefined ? x : scaleBy(x, mask);
  const empty = (channels: number) => tf.zeros([context, channels]) as tf.Tensor2D;
  const conv1 = convolution(weights, 'conv1', empty(shape.featureCount), batchSize);
  const nothing = {
    count: tf.zeros([batchSize, 1]) as tf.Tensor2D,
    sum: tf.zeros([batchSize, shape.featureCount]) as tf.Tensor2D,
  };
  const input = centre(shape, normalised, weights['input.centre'], nothing).frames;
  const first = drop(convolve(input, conv1), dropout?.conv1);
  const conv2 = convolution(weights, 'conv2', empty(shape.convChannels), batchSize);
  const second = drop(convolve(first, conv2), dropout?.conv2);
  const zero = tf.zeros([batchSize, shape.hiddenUnits]) as tf.Tensor2D;
  const start: LstmState = { hidden: zero, cell: zero };
  const recurrent = lstmSequence(second, lstmWeights(weights), start);
  const hidden = shape.residual ? add(recurrent, second) : recurrent;
  const scores = attentionScores(weights, hidden);
  const moments = poolReadouts(hidden, scores, plan, decayPerFrame(shape));
  const pooled =
    shape.peakSharpness > 0 ? concat(moments, peakReadouts(shape, hidden, plan)) : moments;
  return head(weights, drop(pooled, dropout?.pooled), dropout?.dense);
}
