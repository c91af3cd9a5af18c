import type * as tf from '@tensorflow/tfjs-core';
import { type NetworkShape, pooledSize } from './shape.ts';

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
] as const;

export type WeightName = (typeof WEIGHT_NAMES)[number];

/** The weights as plain arrays: what is stored, averaged and optimised. */
export type WeightArrays = Readonly<Record<WeightName, Float32Array>>;

/** One member's weights on a TensorFlow.js backend. */
export type Weights = Readonly<Record<WeightName, tf.Tensor2D>>;

/** `input.mean` and `input.scale` are measured on the training clips, `input.centre` is chosen; everything else is learned. */
export const LEARNED_NAMES = WEIGHT_NAMES.filter((name) => !name.startsWith('input.'));

/** Whether a tensor is the same one for all members: what is measured or chosen, not learned. */
function isShared(name: WeightName): boolean {
  return name.startsWith('input.');
}

/** `[rows, columns]` of every tensor as it is stored: members' own lie one under the other. */
export function weightShapes(shape: NetworkShape): Record<WeightName, readonly [number, number]> {
  const shapes = memberShapes(shape);
  return mapWeights((name) => {
    const [rows, columns] = shapes[name];
    return [isShared(name) ? rows : shape.members * rows, columns];
  });
}

/** Each member's weights, of shape `memberShape(shape)`: views. */
export function membersOf(shape: NetworkShape, weights: WeightArrays): WeightArrays[] {
  return Array.from({ length: shape.members }, (_, member) =>
    mapWeights((name) => {
      if (isShared(name)) return weights[name];
      const size = weights[name].length / shape.members;
      return weights[name].subarray(member * size, (member + 1) * size);
    }),
  );
}

/** Puts members together, all of one shape; what they share is the first one's. */
export function joinMembers(members: readonly WeightArrays[]): WeightArrays {
  return mapWeights((name) => {
    if (isShared(name)) return members[0]![name];
    return Float32Array.from(members.flatMap((member) => [...member[name]]));
  });
}

/** `[rows, columns]` of every tensor of one member; a vector has one row. */
function memberShapes(shape: NetworkShape): Record<WeightName, readonly [number, number]> {
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
    'dense.kernel': [pooledSize(shape), denseUnits],
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
