import type * as tf from '@tensorflow/tfjs-core';
import { memberShape, type NetworkShape, pooledSize, statisticsShape } from './shape.ts';

/** Every tensor of the network. Kernels are `[inputs, outputs]`; LSTM gates lie in the order output, input, forget, candidate. */
export const WEIGHT_NAMES = [
  'input.mean',
  'input.scale',
  'input.centre',
  'conv1.kernel',
  'conv1.bias',
  'conv2.kernel',
  'conv2.bias',
  'lstm.kernel',
  'lstm.recurrent',
  'lstm.bias',
  'attention.kernel',
  'attention.bias',
  'attention.vector',
  'dense.kernel',
  'dense.bias',
  'output.kernel',
  'output.bias',
  'statistics.mean',
  'statistics.scale',
  'statistics.dense.kernel',
  'statistics.dense.bias',
  'statistics.output.kernel',
  'statistics.output.bias',
] as const;

export type WeightName = (typeof WEIGHT_NAMES)[number];

/** The weights as plain arrays: what is stored, averaged and optimised. */
export type WeightArrays = Readonly<Record<WeightName, Float32Array>>;

/** Weights on a TensorFlow.js backend. */
export type Weights = Readonly<Record<WeightName, tf.Tensor2D>>;

/** What is measured on the training clips or, `input.centre`, chosen. */
const GIVEN = new Set<WeightName>([
  'input.mean',
  'input.scale',
  'input.centre',
  'statistics.mean',
  'statistics.scale',
]);

/** Everything else is learned. */
export const LEARNED_NAMES = WEIGHT_NAMES.filter((name) => !GIVEN.has(name));

/** Whose a tensor is: all readers' one and the same, each member's another, or the statistics'. */
function ownerOf(name: WeightName): 'all' | 'members' | 'statistics' {
  if (name.startsWith('input.')) return 'all';
  return name.startsWith('statistics.') ? 'statistics' : 'members';
}

/** A tensor that a network of its shape does not have. */
const NONE = new Float32Array();

/**
 * `[rows, columns]` of every tensor as it is stored: members' own lie one under the other. A network
 * without members, or without statistics, has tensors of no values in their place.
 */
export function weightShapes(shape: NetworkShape): Record<WeightName, readonly [number, number]> {
  const shapes = { ...memberShapes(shape), ...statisticsShapes(shape) };
  return mapWeights((name) => {
    const [rows, columns] = shapes[name];
    return [ownerOf(name) === 'members' ? shape.members * rows : rows, columns];
  });
}

/** The tensors that hold values. */
export function presentNames(shape: NetworkShape): WeightName[] {
  const shapes = weightShapes(shape);
  return WEIGHT_NAMES.filter((name) => shapes[name][0] * shapes[name][1] > 0);
}

/** Those of them that training moves. */
export function learnedNames(shape: NetworkShape): WeightName[] {
  return presentNames(shape).filter((name) => !GIVEN.has(name));
}

/** Each member's weights, of shape `memberShape(shape)`: views. */
export function membersOf(shape: NetworkShape, weights: WeightArrays): WeightArrays[] {
  return Array.from({ length: shape.members }, (_, member) =>
    mapWeights((name) => {
      const owner = ownerOf(name);
      if (owner !== 'members') return owner === 'all' ? weights[name] : NONE;
      const size = weights[name].length / shape.members;
      return weights[name].subarray(member * size, (member + 1) * size);
    }),
  );
}

/** What all readers share and the weights of the statistics, of the same shape without members: views. */
export function statisticsOf(weights: WeightArrays): WeightArrays {
  return mapWeights((name) => (ownerOf(name) === 'members' ? NONE : weights[name]));
}

/** Puts members of one shape together, and statistics; what all share is the first one's. */
export function joinReaders(
  members: readonly WeightArrays[],
  statistics?: WeightArrays,
): WeightArrays {
  const first = (members[0] ?? statistics)!;
  return mapWeights((name) => {
    const owner = ownerOf(name);
    if (owner === 'all') return first[name];
    if (owner === 'statistics') return statistics?.[name] ?? NONE;
    return Float32Array.from(members.flatMap((member) => [...member[name]]));
  });
}

/** The layers above a reader's sums. */
export type HeadName = 'dense.kernel' | 'dense.bias' | 'output.kernel' | 'output.bias';

/** The statistics' own, by the names of a member's. */
export function statisticsHead<T>(weights: Readonly<Record<WeightName, T>>): Record<HeadName, T> {
  return {
    'dense.kernel': weights['statistics.dense.kernel'],
    'dense.bias': weights['statistics.dense.bias'],
    'output.kernel': weights['statistics.output.kernel'],
    'output.bias': weights['statistics.output.bias'],
  };
}

type StatisticsName = Extract<WeightName, `statistics.${string}`>;

/** `[rows, columns]` of the statistics' tensors: what standardises the pooled vector, and its head. */
function statisticsShapes(shape: NetworkShape): Record<StatisticsName, readonly [number, number]> {
  const units = shape.statisticsUnits;
  const pooled = units > 0 ? pooledSize(statisticsShape(shape)) : 0;
  return {
    'statistics.mean': [1, pooled],
    'statistics.scale': [1, pooled],
    'statistics.dense.kernel': [pooled, units],
    'statistics.dense.bias': [1, units],
    'statistics.output.kernel': [units, shape.labelCount],
    'statistics.output.bias': [1, units > 0 ? shape.labelCount : 0],
  };
}

/** `[rows, columns]` of every tensor of one member; a vector has one row. */
function memberShapes(
  shape: NetworkShape,
): Record<Exclude<WeightName, StatisticsName>, readonly [number, number]> {
  const { featureCount, convKernel, convChannels, hiddenUnits, attentionUnits, denseUnits } = shape;
  return {
    'input.mean': [1, featureCount],
    'input.scale': [1, featureCount],
    'input.centre': [1, featureCount],
    'conv1.kernel': [convKernel * featureCount, convChannels],
    'conv1.bias': [1, convChannels],
    'conv2.kernel': [convKernel * convChannels, convChannels],
    'conv2.bias': [1, convChannels],
    'lstm.kernel': [convChannels, 4 * hiddenUnits],
    'lstm.recurrent': [hiddenUnits, 4 * hiddenUnits],
    'lstm.bias': [1, 4 * hiddenUnits],
    'attention.kernel': [hiddenUnits, attentionUnits],
    'attention.bias': [1, attentionUnits],
    'attention.vector': [attentionUnits, 1],
    'dense.kernel': [pooledSize(memberShape(shape)), denseUnits],
    'dense.bias': [1, denseUnits],
    'output.kernel': [denseUnits, shape.labelCount],
    'output.bias': [1, shape.labelCount],
  };
}

/** Builds a record with one value for each weight. */
export function mapWeights<T>(make: (name: WeightName) => T): Record<WeightName, T> {
  return Object.fromEntries(WEIGHT_NAMES.map((name) => [name, make(name)])) as Record<
    WeightName,
    T
  >;
}
