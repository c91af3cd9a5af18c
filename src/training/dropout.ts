import { type NetworkShape, pooledSize, trainedReader } from '../pipeline/network/shape.ts';
import type { Random } from './random.ts';
import type { Recipe } from './recipe.ts';

/** Values of 0 or 1/(1 − rate); each row is the same at every frame or readout of a clip. */
export interface DropoutValues {
  /** `[B, C]` */
  readonly conv1: Float32Array;
  /** `[B, C]` */
  readonly conv2: Float32Array;
  /** `[B, pooled]` */
  readonly pooled: Float32Array;
  /** `[B, D]`, of the dense layer. */
  readonly dense: Float32Array;
}

function values(count: number, rate: number, random: Random): Float32Array {
  if (rate === 0) return new Float32Array(count).fill(1);
  const kept = 1 / (1 - rate);
  return Float32Array.from({ length: count }, () => (random.chance(rate) ? 0 : kept));
}

/** One batch's dropout. Made here, not by an engine, so that a seed fixes it on every engine. */
export function dropoutValues(
  shape: NetworkShape,
  batchSize: number,
  rates: Recipe['dropout'],
  random: Random,
): DropoutValues {
  const reader = trainedReader(shape);
  return {
    conv1: values(batchSize * shape.convChannels, rates.conv, random),
    conv2: values(batchSize * shape.convChannels, rates.conv, random),
    pooled: values(batchSize * pooledSize(reader), rates.pooled, random),
    dense: values(batchSize * reader.denseUnits, rates.dense, random),
  };
}
