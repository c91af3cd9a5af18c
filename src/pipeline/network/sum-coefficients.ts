import { type Head, linearHead, openUnits } from './linear-head.ts';
import { type NetworkShape, pooledSize } from './shape.ts';
import { CORRELATION_FLOOR, VARIANCE_FLOOR } from './variance-floor.ts';

/**
 * How many numbers a reader's attention sums are: Σ w, Σ w·h `[H]`, Σ w·h² `[H]` and, for each reference,
 * Σ w·h_r·h `[H]`, in the state's order.
 */
export function attentionSumCount({ hiddenUnits, statisticsReferences }: NetworkShape): number {
  return 1 + (2 + statisticsReferences.length) * hiddenUnits;
}

/** Those and, after them, the peak's, in a network that has one: the faded count and Σ e^(α·h) `[H]`. */
export function sumCount(shape: NetworkShape): number {
  return attentionSumCount(shape) + (shape.peakSharpness > 0 ? 1 + shape.hiddenUnits : 0);
}

/**
 * What each of the sums is worth to a weighted sum of logits, `direction`, where the head stands.
 * `coefficients · sums + constant` is that sum of logits; since the sums add up over frames, so do
 * the frames' parts. The pooled deviation is divided as
 * d = d² / d = Σ w·((h − mean)² + floor) / (d·Σ w), with the square written out; a correlation as
 * Σ w·(h_r − mean_r)·(h − mean) / (s_r·s·Σ w), with the product written out; the peak among the
 * frames by their shares of Σ e^(α·h), which whoever reaches it holds nearly alone.
 */
export function sumCoefficients(head: Head, sums: Float32Array, direction: Float64Array) {
  const { shape } = head;
  const pooled = pooledVector(shape, sums);
  const { map, constant } = linearHead(head, openUnits(head, pooled), direction);
  const coefficients = new Float64Array(sums.length);
  addMoments(shape, pooled, map, sums[0]!, coefficients);
  addCorrelations(shape, pooled, map, sums[0]!, coefficients);
  const start = attentionSumCount(shape);
  const first = pooled.length - (sums.length > start ? shape.hiddenUnits : 0);
  for (let i = first, sum = start + 1; i < pooled.length; i++, sum++) {
    coefficients[sum] = (map[i]! * pooled[i]!) / sums[sum]!;
  }
  return { coefficients, constant };
}

/** `[pooled]`: what the head reads of a reader's sums (pooling.ts, correlations.ts, peak.ts). */
export function pooledVector(shape: NetworkShape, sums: Float32Array | Float64Array): Float64Array {
  const { hiddenUnits, statisticsReferences: references, peakSharpness } = shape;
  const denominator = sums[0]!;
  const pooled = new Float64Array(pooledSize(shape));
  for (let u = 0; u < hiddenUnits; u++) {
    const mean = sums[1 + u]! / denominator;
    const moment = sums[1 + hiddenUnits + u]! / denominator;
    pooled[u] = mean;
    pooled[hiddenUnits + u] = Math.sqrt(Math.max(0, moment - mean * mean) + VARIANCE_FLOOR);
  }
  const spread = spreadOf(shape, pooled);
  references.forEach((reference, k) => {
    for (let u = 0; u < hiddenUnits; u++) {
      const at = (2 + k) * hiddenUnits + u;
      const covariance = sums[1 + at]! / denominator - pooled[reference]! * pooled[u]!;
      pooled[at] = covariance / (spread[reference]! * spread[u]!);
    }
  });
  const peakSums = sums.subarray(attentionSumCount(shape));
  const peaks = pooled.subarray((2 + references.length) * hiddenUnits);
  for (let u = 0; u < peaks.length; u++) {
    peaks[u] = Math.log(peakSums[1 + u]! / peakSums[0]!) / peakSharpness;
  }
  return pooled;
}

/** `[H]`: what correlations are divided by (correlations.ts), from the deviations that the head reads. */
function spreadOf({ hiddenUnits }: NetworkShape, pooled: Float64Array): Float64Array {
  const deviations = pooled.subarray(hiddenUnits, 2 * hiddenUnits);
  return deviations.map((d) => Math.sqrt(d * d - VARIANCE_FLOOR + CORRELATION_FLOOR));
}

/** Mean and deviation: what `map[pooled]` makes of them, on Σ w, Σ w·h and Σ w·h². */
function addMoments(
  { hiddenUnits }: NetworkShape,
  pooled: Float64Array,
  map: Float32Array,
  denominator: number,
  coefficients: Float64Array,
): void {
  for (let u = 0; u < hiddenUnits; u++) {
    const mean = pooled[u]!;
    const ofSquare = map[hiddenUnits + u]! / pooled[hiddenUnits + u]!;
    coefficients[0]! += (ofSquare * (mean * mean + VARIANCE_FLOOR)) / denominator;
    coefficients[1 + u]! += (map[u]! - 2 * mean * ofSquare) / denominator;
    coefficients[1 + hiddenUnits + u]! += ofSquare / denominator;
  }
}

/** The same of the correlations, on Σ w, Σ w·h and Σ w·h_r·h. */
function addCorrelations(
  shape: NetworkShape,
  pooled: Float64Array,
  map: Float32Array,
  denominator: number,
  coefficients: Float64Array,
): void {
  const { hiddenUnits, statisticsReferences } = shape;
  const spread = spreadOf(shape, pooled);
  statisticsReferences.forEach((reference, k) => {
    const ofReference = pooled[reference]!;
    for (let u = 0; u < hiddenUnits; u++) {
      const at = (2 + k) * hiddenUnits + u;
      const ofProduct = map[at]! / (spread[reference]! * spread[u]! * denominator);
      coefficients[1 + at]! += ofProduct;
      coefficients[1 + reference]! -= ofProduct * pooled[u]!;
      coefficients[1 + u]! -= ofProduct * ofReference;
      coefficients[0]! += ofProduct * ofReference * pooled[u]!;
    }
  });
}
