import { LARGEST_EXPONENT } from '../pipeline/network/peak.ts';
import {
  decayPerFrame,
  type NetworkShape,
  peakDecayPerFrame,
  pooledSize,
  statisticsShape,
} from '../pipeline/network/shape.ts';
import { attentionSumCount, pooledVector, sumCount } from '../pipeline/network/sum-coefficients.ts';
import type { TrainingClip } from './batches.ts';

/** What normalises a frame (features/layout.ts), `[F]` each. */
export interface Normalisation {
  readonly mean: Float32Array;
  readonly scale: Float32Array;
}

/**
 * `[(3 + K)·F]`: the vector that the statistics' head reads at the end of whole speech `[frames, F]`,
 * before it is standardised: mean, deviation, correlations with K references and peak of every
 * normalised feature (network/statistics.ts).
 */
export function statisticsOfSpeech(
  shape: NetworkShape,
  { mean, scale }: Normalisation,
  features: Float32Array,
): Float64Array {
  const own = statisticsShape(shape);
  const { hiddenUnits: units, statisticsReferences, peakSharpness } = own;
  const frameCount = features.length / units;
  const sums = new Float64Array(sumCount(own));
  const peaks = attentionSumCount(own);
  const frame = new Float64Array(units);
  for (let t = 0; t < frameCount; t++) {
    const age = frameCount - 1 - t;
    const weight = Math.exp(-age * decayPerFrame(own));
    const peakWeight = Math.exp(-age * peakDecayPerFrame(own));
    for (let u = 0; u < units; u++) {
      frame[u] = (features[t * units + u]! - mean[u]!) * scale[u]!;
    }
    sums[0]! += weight;
    sums[peaks]! += peakWeight;
    for (let u = 0; u < units; u++) {
      const x = frame[u]!;
      sums[1 + u]! += weight * x;
      sums[1 + units + u]! += weight * x * x;
      const raised = Math.exp(Math.min(peakSharpness * x, LARGEST_EXPONENT));
      sums[peaks + 1 + u]! += peakWeight * raised;
    }
    for (const [k, reference] of statisticsReferences.entries()) {
      const start = 1 + (2 + k) * units;
      const factor = weight * frame[reference]!;
      for (let u = 0; u < units; u++) sums[start + u]! += factor * frame[u]!;
    }
  }
  return pooledVector(own, sums);
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
