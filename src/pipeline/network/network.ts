import * as tf from '@tensorflow/tfjs-core';
import { add, concat, convolve, dense, scaleBy } from './blocks.ts';
import { centre } from './centring.ts';
import { type LstmState, lstmSequence, lstmStep } from './lstm.ts';
import { addToPeak, peakOf, peakReadouts } from './peak.ts';
import { type AttentionSums, addToSums, pooled, poolReadouts } from './pooling.ts';
import { decayPerFrame, type NetworkShape, type StatePart, stateLayout } from './shape.ts';
import type { Weights } from './weights.ts';

/**
 * The network: normalise, centre → two causal convolutions with relu → LSTM (+ its input) → running
 * attention (and peak) → dense, relu → logits. `step` serves and `readouts` trains; both are wired from the
 * same blocks, and a test holds them together. Rows inside are time-major (see blocks.ts).
 */

/** `[B, T, F]` raw features → `[T·B, F]`, normalised. A column with scale 0 is switched off. */
function normalise(weights: Weights, frames: tf.Tensor3D): tf.Tensor2D {
  const [batchSize, frameCount, featureCount] = frames.shape;
  const timeMajor = tf.reshape(tf.transpose(frames, [1, 0, 2]), [
    frameCount * batchSize,
    featureCount,
  ]);
  const centred = tf.sub(timeMajor, weights['input.mean']);
  return tf.mul(centred, weights['input.scale']) as tf.Tensor2D;
}

/** The first or second convolution, from the frames before. */
function convolution(
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
function attentionScores(weights: Weights, hidden: tf.Tensor2D): tf.Tensor2D {
  const layer = dense(hidden, weights['attention.kernel'], weights['attention.bias'], 'tanh');
  // A score's constant offset would cancel in the softmax: no bias.
  return dense(layer, weights['attention.vector'], tf.zeros([1, 1]));
}

/** `[N, pooled]` → `[N, labels]`. */
function head(weights: Weights, x: tf.Tensor2D): tf.Tensor2D {
  const hidden = dense(x, weights['dense.kernel'], weights['dense.bias'], 'relu');
  return dense(hidden, weights['output.kernel'], weights['output.bias']);
}

function lstmWeights(weights: Weights) {
  return {
    kernel: weights['lstm.kernel'],
    recurrent: weights['lstm.recurrent'],
    bias: weights['lstm.bias'],
  };
}

// A type, not an interface: only a type is assignable to what tf.tidy may return.
export type StepTensors = {
  /** `[B, labels]` at the last frame. */
  readonly logits: tf.Tensor2D;
  /** `[B, T]` */
  readonly scores: tf.Tensor2D;
  /** `[B]`: log Σ e^(score − age·λ) at the last frame. */
  readonly logNormaliser: tf.Tensor1D;
  /** `[B, S]` */
  readonly state: tf.Tensor2D;
};

/** Parts of the state by name, `[B, size]` each; those of the peak only if there is one. */
type StateParts = Record<StatePart['name'], tf.Tensor2D>;

function splitState(shape: NetworkShape, state: tf.Tensor2D): StateParts {
  const layout = stateLayout(shape);
  const parts = tf.split(
    state,
    layout.map((part) => part.size),
    1,
  );
  return Object.fromEntries(layout.map(({ name }, i) => [name, parts[i]!])) as StateParts;
}

/** `[B, rows·C]`, a part of the state → `[rows·B, C]`, frames to go before the newest. */
function contextRows(part: tf.Tensor2D, channels: number): tf.Tensor2D {
  const batchSize = part.shape[0];
  const perLeg = tf.reshape(part, [batchSize, -1, channels]);
  return tf.reshape(tf.transpose(perLeg, [1, 0, 2]), [-1, channels]);
}

/** The last rows of the old context and the new frames, as a part of the state again: `[B, rows·C]`. */
function contextPart(context: tf.Tensor2D, newest: tf.Tensor2D, batchSize: number): tf.Tensor2D {
  const x = tf.concat([context, newest], 0);
  const channels = x.shape[1];
  const rows = context.shape[0] / batchSize;
  const last = tf.slice(x, [x.shape[0] - rows * batchSize, 0], [rows * batchSize, channels]);
  const perLeg = tf.transpose(tf.reshape(last, [rows, batchSize, channels]), [1, 0, 2]);
  return tf.reshape(perLeg, [batchSize, rows * channels]);
}

function sumsOf({ maximum, denominator, numerator, square }: StateParts): AttentionSums {
  const row = (column: tf.Tensor2D) => tf.reshape(column, [1, -1]) as tf.Tensor2D;
  return { maximum: row(maximum), denominator: row(denominator), numerator, square };
}

/** The peak's sums with the newest frames, in a network that has a peak. */
function addToPeakOf(shape: NetworkShape, hidden: tf.Tensor2D, before: StateParts) {
  if (shape.peakSharpness === 0) return undefined;
  return addToPeak(shape, hidden, { count: before.peakCount, sum: before.peakSum });
}

/**
 * One step over the newest frames `[B, T, F]` of B legs, from their states `[B, S]`. Pure; the
 * caller disposes of what it returns. Stepping in any chunking gives the same result.
 */
export function step(
  shape: NetworkShape,
  weights: Weights,
  frames: tf.Tensor3D,
  state: tf.Tensor2D,
): StepTensors {
  return tf.tidy(() => {
    const [batchSize, frameCount] = frames.shape;
    const before = splitState(shape, state);
    const context1 = contextRows(before.conv1, shape.featureCount);
    const context2 = contextRows(before.conv2, shape.convChannels);
    const normalised = normalise(weights, frames);
    const heardBefore = { count: before.heard, sum: before.heardSum };
    const centred = centre(shape, normalised, weights['input.centre'], heardBefore);
    const input = centred.frames;
    const first = convolve(input, convolution(weights, 'conv1', context1, batchSize));
    const second = convolve(first, convolution(weights, 'conv2', context2, batchSize));
    const lstm = lstmStep(second, lstmWeights(weights), before);
    const outputs = shape.residual ? add(lstm.outputs, second) : lstm.outputs;
    const scores = attentionScores(weights, outputs);
    const sums = addToSums(outputs, scores, sumsOf(before), decayPerFrame(shape));
    const peak = addToPeakOf(shape, outputs, before);
    const after: Partial<StateParts> = {
      heard: centred.heard.count,
      heardSum: centred.heard.sum,
      conv1: contextPart(context1, input, batchSize),
      conv2: contextPart(context2, first, batchSize),
      hidden: lstm.hidden,
      cell: lstm.cell,
      maximum: tf.reshape(sums.maximum, [batchSize, 1]),
      denominator: tf.reshape(sums.denominator, [batchSize, 1]),
      numerator: sums.numerator,
      square: sums.square,
      ...(peak && { peakCount: peak.count, peakSum: peak.sum }),
    };
    const statistics = pooled(sums);
    const vectors = peak ? concat(statistics, peakOf(shape, peak)) : statistics;
    return {
      logits: head(weights, vectors),
      scores: tf.transpose(tf.reshape(scores, [frameCount, batchSize])) as tf.Tensor2D,
      logNormaliser: tf.reshape(tf.add(sums.maximum, tf.log(sums.denominator)), [
        batchSize,
      ]) as tf.Tensor1D,
      state: tf.concat(
        stateLayout(shape).map(({ name }) => after[name]!),
        1,
      ),
    };
  });
}

/** Dropout masks, already scaled by 1/(1 − rate); each is the same at every frame of a clip. */
export interface DropoutMasks {
  /** `[B, C]` */
  readonly conv1: tf.Tensor2D;
  /** `[B, C]` */
  readonly conv2: tf.Tensor2D;
  /** `[B, pooled]`, the same at every readout of a clip. */
  readonly pooled: tf.Tensor2D;
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
  const context = (shape.convKernel - 1) * batchSize;
  const drop = (x: tf.Tensor2D, mask: tf.Tensor2D | undefined) =>
    mask === undefined ? x : scaleBy(x, mask);
  const empty = (channels: number) => tf.zeros([context, channels]) as tf.Tensor2D;
  const conv1 = convolution(weights, 'conv1', empty(shape.featureCount), batchSize);
  const nothing = {
    count: tf.zeros([batchSize, 1]) as tf.Tensor2D,
    sum: tf.zeros([batchSize, shape.featureCount]) as tf.Tensor2D,
  };
  const normalised = normalise(weights, frames);
  const input = centre(shape, normalised, weights['input.centre'], nothing).frames;
  const first = drop(convolve(input, conv1), dropout?.conv1);
  const conv2 = convolution(weights, 'conv2', empty(shape.convChannels), batchSize);
  const second = drop(convolve(first, conv2), dropout?.conv2);
  const zero = tf.zeros([batchSize, shape.hiddenUnits]) as tf.Tensor2D;
  const start: LstmState = { hidden: zero, cell: zero };
  const recurrent = lstmSequence(second, lstmWeights(weights), start);
  const hidden = shape.residual ? add(recurrent, second) : recurrent;
  const scores = attentionScores(weights, hidden);
  const present = presence(lengths, frameCount);
  const plan = { frameCount, batchSize, every, present };
  const count = readoutCount(frameCount, every);
  const statistics = poolReadouts(hidden, scores, plan, decayPerFrame(shape));
  const vectors =
    shape.peakSharpness > 0 ? concat(statistics, peakReadouts(shape, hidden, plan)) : statistics;
  return { logits: head(weights, drop(vectors, dropout?.pooled)), count };
}
