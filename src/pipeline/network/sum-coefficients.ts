import { type Head, linearHead, openUnits } from './linear-head.ts';
import { type NetworkShape, pooledSize } from './shape.ts';
import { VARIANCE_FLOOR } from './variance-floor.ts';

/** How many numbers a reader's attention sums are: Σ w, Σ w·h `[H]`, Σ w·h² `[H]`, in the state's order. */
export function attentionSumCount(shape: NetworkShape): number {
  return 1 + 2 * shape.hiddenUnits;
}

/** Those and, after them, the peak's, in a network that has one: the faded count and Σ e^(α·h) `[H]`. */
export function sumCount(shape: NetworkShape): number {
  return attentionSumCount(shape) + (shape.peakSharpness > 0 ? 1 + shape.hiddenUnits : 0);
}

/**
 * What each of the sums is worth to a weighted sum of logits, `direction`, where the head stands.
 * `coefficients · sums + constant` is that sum of logits; since the sums add up over frames, so do
 * the frames' parts. The pooled deviation is divided as
 * d = d² / d = Σ w·((h − mean)² + floor) / (d·Σ w), with the square written out; the peak among the
 * frames by their shares of Σ e^(α·h), which whoever reaches it holds nearly alone.
 */
export function sumCoefficients(head: Head, sums: Float32Array, direction: Float64Array) {
  const { hiddenUnits } = head.shape;
  const denominator = sums[0]!;
  const pooled = new Float64Array(pooledSize(head.shape));
  for (let u = 0; u < hiddenUnits; u++) {
    const mean = sums[1 + u]! / denominator;
    const moment = sums[1 + hiddenUnits + u]! / denominator;
    pooled[u] = mean;
    pooled[hiddenUnits + u] = Math.sqrt(Math.max(0, moment - mean * mean) + VARIANCE_FLOOR);
  }
  const peakSums = sums.subarray(attentionSumCount(head.shape));
  const peaks = pooled.subarray(2 * hiddenUnits);
  for (let u = 0; u < peaks.length; u++) {
    peaks[u] = Math.log(peakSums[1 + u]! / peakSums[0]!) / head.shape.peakSharpness;
  }
  const { map, constant } = linearHead(head, openUnits(head, pooled), direction);
  const coefficients = new Float64Array(sums.length);
  for (let u = 0; u < hiddenUnits; u++) {
    const mean = pooled[u]!;
    const ofSquare = map[hiddenUnits + u]! / pooled[hiddenUnits + u]!;
    coefficients[0]! += (ofSquare * (mean * mean + VARIANCE_FLOOR)) / denominator;
    coefficients[1 + u] = (map[u]! - 2 * mean * ofSquare) / denominator;
    coefficients[1 + hiddenUnits + u] = ofSquare / denominator;
  }
  const ofPeaks = coefficients.subarray(attentionSumCount(head.shape));
  for (let u = 0; u < peaks.length; u++) {
    ofPeaks[1 + u] = (map[2 * hiddenUnits + u]! * peaks[u]!) / peakSums[1 + u]!;
  }
  return { coefficients, constant };
}
