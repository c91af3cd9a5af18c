import * as tf from '@tensorflow/tfjs-core';
import { add, concat, convolve } from './blocks.ts';
import { centre } from './centring.ts';
import { attentionScores, convolution, head, lstmWeights, normalise } from './layers.ts';
import { lstmStep } from './lstm.ts';
import { addToPeak, peakOf } from './peak.ts';
import { type AttentionSums, addToSums, pooled as pooledOf } from './pooling.ts';
import {
  decayPerFrame,
  type MemberPartName,
  memberShape,
  type NetworkShape,
  stateLayout,
  statisticsShape,
} from './shape.ts';
import { namedParts, orderedParts } from './state-parts.ts';
import { readStatistics } from './statistics.ts';
import type { Weights } from './weights.ts';

// A type, not an interface: only a type is assignable to what tf.tidy may return.
export type StepTensors = {
  /** `[B, labels]` at the last frame. */
  readonly logits: tf.Tensor2D;
  /** `[B, S]` */
  readonly state: tf.Tensor2D;
};

/** A reader's parts of the state, `[B, size]` each: of a trunk and a peak only where there is one. */
type MemberParts = Record<MemberPartName, tf.Tensor2D>;

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

/** A network's weights: what all readers share and the statistics' (`statisticsOf`), and each member's. */
export interface StepWeights {
  readonly shared: Weights;
  readonly members: readonly Weights[];
}

/**
 * One step over the newest frames `[B, T, F]` of B legs, from their states `[B, S]`. Pure; the caller
 * disposes of what it returns. Stepping in any chunking gives the same result.
 */
export function step(
  shape: NetworkShape,
  weights: StepWeights,
  frames: tf.Tensor3D,
  state: tf.Tensor2D,
): StepTensors {
  return tf.tidy(() => {
    const batchSize = frames.shape[0];
    const sizes = stateLayout(shape).map((part) => part.size);
    const split: tf.Tensor2D[] = tf.split(state, sizes, 1);
    const before = namedParts(shape, split);
    const { heard, heardSum, conv1 } = before.shared;
    const normalised = normalise(weights.shared, frames);
    const heardBefore = { count: heard, sum: heardSum };
    const centred = centre(shape, normalised, weights.shared['input.centre'], heardBefore);
    const context = contextRows(conv1, shape.featureCount);
    const answers = weights.members.map((own, m) =>
      stepMember(shape, own, { frames: centred.frames, context, batchSize }, before.readers[m]!),
    );
    if (shape.statisticsUnits > 0) {
      answers.push(stepStatistics(shape, weights.shared, normalised, before.readers.at(-1)!));
    }
    const shared = {
      heard: centred.heard.count,
      heardSum: centred.heard.sum,
      conv1: contextPart(context, centred.frames, batchSize),
    };
    const readers = answers.map((answer) => answer.after);
    const parts = orderedParts(shape, { shared, readers });
    return { logits: weigh(shape, answers), state: tf.concat(parts, 1) };
  });
}

/** The readers' logits, each by its share (`readerShares`). */
function weigh(shape: NetworkShape, answers: readonly Answer[]): tf.Tensor2D {
  const mean = (own: readonly Answer[]) =>
    tf.div(tf.addN(own.map(({ logits }) => logits)), own.length) as tf.Tensor2D;
  if (shape.statisticsUnits === 0 || shape.members === 0) return mean(answers);
  const ofMembers = mean(answers.slice(0, -1));
  const apart = tf.sub(answers.at(-1)!.logits, ofMembers);
  return tf.add(ofMembers, tf.mul(shape.statisticsShare, apart));
}

/** What one reader says, and what it keeps. */
interface Answer {
  readonly logits: tf.Tensor2D;
  readonly after: Partial<MemberParts>;
}

/** What every member hears: centred frames `[T·B, F]` after those of `context`. */
interface Heard {
  readonly frames: tf.Tensor2D;
  readonly context: tf.Tensor2D;
  readonly batchSize: number;
}

function stepMember(
  shape: NetworkShape,
  weights: Weights,
  heard: Heard,
  before: MemberParts,
): Answer {
  const { frames, context, batchSize } = heard;
  const context2 = contextRows(before.conv2, shape.convChannels);
  const first = convolve(frames, convolution(weights, 'conv1', context, batchSize));
  const second = convolve(first, convolution(weights, 'conv2', context2, batchSize));
  const lstm = lstmStep(second, lstmWeights(weights), before);
  const outputs = shape.residual ? add(lstm.outputs, second) : lstm.outputs;
  const sums = pool(memberShape(shape), outputs, attentionScores(weights, outputs), before);
  const after = {
    conv2: contextPart(context2, first, batchSize),
    hidden: lstm.hidden,
    cell: lstm.cell,
    ...sums.after,
  };
  return { logits: head(weights, sums.pooled), after };
}

/** The statistics' step over normalised frames `[T·B, F]`. */
function stepStatistics(
  shape: NetworkShape,
  weights: Weights,
  normalised: tf.Tensor2D,
  before: MemberParts,
): Answer {
  const alike = tf.zeros([normalised.shape[0], 1]) as tf.Tensor2D;
  const { pooled, after } = pool(statisticsShape(shape), normalised, alike, before);
  return { logits: readStatistics(weights, pooled), after };
}

/** Adds frames to a reader's sums; what its head reads of them. `shape` is the reader's. */
function pool(shape: NetworkShape, hidden: tf.Tensor2D, scores: tf.Tensor2D, before: MemberParts) {
  const references = shape.statisticsReferences;
  const sums = addToSums(hidden, scores, sumsOf(before), decayPerFrame(shape), references);
  const peak = addToPeakOf(shape, hidden, before);
  const moments = pooledOf(sums, references);
  const column = (row: tf.Tensor2D) => tf.reshape(row, [-1, 1]) as tf.Tensor2D;
  const after: Partial<MemberParts> = {
    maximum: column(sums.maximum),
    denominator: column(sums.denominator),
    numerator: sums.numerator,
    square: sums.square,
    ...(sums.product && { product: sums.product }),
    ...(peak && { peakCount: peak.count, peakSum: peak.sum }),
  };
  return { pooled: peak ? concat(moments, peakOf(shape, peak)) : moments, after };
}

function sumsOf({ maximum, denominator, product, ...own }: MemberParts): AttentionSums {
  const row = (column: tf.Tensor2D) => tf.reshape(column, [1, -1]) as tf.Tensor2D;
  const { numerator, square } = own;
  const moments = { maximum: row(maximum), denominator: row(denominator), numerator, square };
  return product === undefined ? moments : { ...moments, product };
}

/** The peak's sums with the newest frames, in a network that has a peak. */
function addToPeakOf(shape: NetworkShape, hidden: tf.Tensor2D, before: MemberParts) {
  if (shape.peakSharpness === 0) return undefined;
  return addToPeak(shape, hidden, { count: before.peakCount, sum: before.peakSum });
}
