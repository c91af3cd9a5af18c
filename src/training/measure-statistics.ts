import { LARGEST_EXPONENT } from '../pipeline/network/peak.ts';
import {
  decayPerFrame,
  type NetworkShape,
  peakDecayPerFrame,
  pooledSize,
  statisticsShape,
} from '../pipeline/network/shape.ts';
import { VARIANCE_FLOOR } from '../pipeline/network/variance-floor.ts';
import type { TrainingClip } from './batches.ts';

/** What normalises a frame (features/layout.ts), `[F]` each. */
export interface Normalisation {
  readonly mean: Float32Array;
  readonly scale: Float32Array;
}

/**
 * `[3F]`: the vector that the statistics' head reads at the end of whole speech `[frames, F]`, before
 * it is standardised: mean, deviation and peak of every normalised feature (network/statistics.ts).
 */
export function statisticsOfSpeech(
  shape: NetworkShape,
  { mean, scale }: Normalisation,
  features: Float32Array,
): Float64Array {
  const own = statisticsShape(shape);
  const { hiddenUnits: units, peakSharpness } = own;
  const frameCount = features.length / units;
  const pooled = new Float64Array(pooledSize(own));
  const [sums, squares, powers] = [0, 1, 2].map((part) =>
    pooled.subarray(part * units, (part + 1) * units),
  ) as [Float64Array, Float64Array, Float64Array];
  let weights = 0;
  let peakWeights = 0;
  for (let t = 0; t < frameCount; t++) {
    const age = frameCount - 1 - t;
    const weight = Math.exp(-age * decayPerFrame(own));
    const peakWeight = Math.exp(-age * peakDecayPerFrame(own));
    weights += weight;
    peakWeights += peakWeight;
    for (let u = 0; u < units; u++) {
      const x = (features[t * units + u]! - mean[u]!) * scale[u]!;
      sums[u]! += weight * x;
      squares[u]! += weight * x * x;
      powers[u]! += peakWeight * Math.exp(Math.min(peakSharpness * x, LARGEST_EXPONENT));
    }
  }
  for (let u = 0; u < units; u++) {
    sums[u]! /= weights;
    const variance = squares[u]! / weights - sums[u]! * sums[u]!;
    squares[u] = Math.sqrt(Math.max(0, variance) + VARIANCE_FLOOR);
    powers[u] = Math.log(powers[u]! / peakWeights) / peakSharpness;
  }
  return pooled;
}

/**
 * Mean and 1/deviation of every statistic at the end of all variants of the clips: what the head's
 * input is standardised by. A constant one gets scale 0.
 */
export function measureStatistics(
  shape: NetworkShape,
  normalisation: Normalisation,
  clips: readonly TrainingClip[],
): Normalisation {
  const size = pooledSize(statisticsShape(shape));
  const sum = new Float64Array(size);
  const square = new Float64Array(size);
  let count = 0;
  for (const features of clips.flatMap(({ variants }) => variants)) {
    count++;
    statisticsOfSpeech(shape, normalisation, features).forEach((value, i) => {
      sum[i]! += value;
      square[i]! += value * value;
    });
  }
  const scale = Float32Array.from(square, (total, i) => {
    const variance = total / count - (sum[i]! / count) ** 2;
    return variance > 1e-8 ? 1 / Math.sqrt(variance) : 0;
  });
  return { mean: Float32Array.from(sum, (total) => total / count), scale };
}
