import type { EngineModel } from '../../src/pipeline/engines/load-engine.ts';
import { DEFAULT_SHAPE, memberShape, type NetworkShape } from '../../src/pipeline/network/shape.ts';
import { joinReaders, type WeightArrays } from '../../src/pipeline/network/weights.ts';
import { initialWeights } from '../../src/training/initial-weights.ts';
import { exportOnnx } from '../../src/training/onnx-export.ts';
import { createRandom, type Random } from '../../src/training/random.ts';

/** A small network of random weights, biases too, over features of its own. */
export function randomNetwork(
  residual: boolean,
  peakSharpness = 0,
  members = 1,
  statisticsUnits = 0,
): EngineModel {
  const sizes = { featureCount: 9, convChannels: 12, hiddenUnits: 12 };
  const readers = { members, statisticsUnits, statisticsReferences: [4, 0] };
  const shape = { ...DEFAULT_SHAPE, ...sizes, ...readers, residual, peakSharpness };
  const weights = randomReaders(shape, createRandom(3));
  return { weights, graph: exportOnnx(shape, weights), manifest: { shape } };
}

/** Weights of all readers of a shape, none of them zero. */
export function randomReaders(shape: NetworkShape, random: Random): WeightArrays {
  const members = Array.from({ length: shape.members }, () =>
    busyWeights(memberShape(shape), random),
  );
  if (shape.statisticsUnits === 0) return joinReaders(members);
  return joinReaders(members, busyWeights({ ...shape, members: 0 }, random));
}

/** One network's weights, none of them zero. */
function busyWeights(shape: NetworkShape, random: Random): WeightArrays {
  const weights = initialWeights(shape, random);
  for (const values of Object.values(weights)) {
    values.forEach((_, i) => {
      values[i]! += random.normal(0, 0.1);
    });
  }
  return weights;
}

/** Features `[frameCount, F]`, spread as the model's own are. */
export function madeFeatures(
  { manifest, weights }: EngineModel,
  frameCount: number,
  seed = frameCount,
): Float32Array {
  const { featureCount } = manifest.shape;
  const random = createRandom(seed);
  return Float32Array.from({ length: frameCount * featureCount }, (_, i) => {
    const column = i % featureCount;
    return weights['input.mean'][column]! + random.normal() / (weights['input.scale'][column] || 1);
  });
}
