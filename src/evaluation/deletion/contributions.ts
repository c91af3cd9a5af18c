import { VARIANCE_FLOOR } from '../../pipeline/network/pooling.ts';
import { decayPerFrame, type NetworkShape } from '../../pipeline/network/shape.ts';
import type { WeightArrays } from '../../pipeline/network/weights.ts';
import type { HiddenFrames } from './hidden-frames.ts';

/** How a reading divides into what each frame adds to it. */
export interface Contributions {
  /** `[frameCount]`, sum 1: the attention's weights at the last frame. */
  readonly attention: Float32Array;
  /** `[frameCount, labels]`: what each frame adds to each logit. */
  readonly values: Float32Array;
  /** `[labels]`: the part of each logit that no frame adds; with the frames' parts it makes the logit. */
  readonly bias: Float32Array;
}

/** `[frameCount]`: how much each frame weighs at the last one, e^(score − age·λ) normalised. */
export function attentionWeights(scores: Float32Array, decay: number): Float32Array {
  const logs = scores.map((score, t) => score - (scores.length - 1 - t) * decay);
  const highest = logs.reduce((most, log) => Math.max(most, log), Number.NEGATIVE_INFINITY);
  const weights = logs.map((log) => Math.exp(log - highest));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** `[H]` each: the attention-weighted mean and standard deviation, as the head reads them (pooling.ts). */
function pool({ frameCount, hidden }: HiddenFrames, attention: Float32Array) {
  const units = hidden.length / frameCount;
  const mean = new Float64Array(units);
  for (let i = 0; i < hidden.length; i++) {
    mean[i % units]! += attention[Math.floor(i / units)]! * hidden[i]!;
  }
  const variance = new Float64Array(units);
  for (let i = 0; i < hidden.length; i++) {
    variance[i % units]! +=
      attention[Math.floor(i / units)]! * (hidden[i]! - mean[i % units]!) ** 2;
  }
  return { mean, deviation: variance.map((value) => Math.sqrt(value + VARIANCE_FLOOR)) };
}

/**
 * The head as it is at one pooled vector: with the relus that are on there, logits are a linear map
 * of the vector. Returns the map `[2H, labels]` and the constants `[labels]`.
 */
function linearHead(shape: NetworkShape, weights: WeightArrays, pooled: Float64Array) {
  const { denseUnits, labelCount } = shape;
  const kernel = weights['dense.kernel'];
  const output = weights['output.kernel'];
  const map = new Float64Array(pooled.length * labelCount);
  const constant = Float64Array.from(weights['output.bias']);
  for (let j = 0; j < denseUnits; j++) {
    const bias = weights['dense.bias'][j]!;
    const input = pooled.reduce((sum, x, u) => sum + x * kernel[u * denseUnits + j]!, bias);
    if (input <= 0) continue;
    for (let label = 0; label < labelCount; label++) {
      const out = output[j * labelCount + label]!;
      constant[label]! += bias * out;
      for (let u = 0; u < pooled.length; u++) {
        map[u * labelCount + label]! += kernel[u * denseUnits + j]! * out;
      }
    }
  }
  return { map, constant };
}

/**
 * Divides every logit at the last frame among the frames. The pooled mean is a sum over frames,
 * Σ w·h; so is the deviation, d = (d² ) / d = Σ w·((h − mean)² + floor) / d. The head is linear where
 * it stands, so that the parts of all frames and the bias sum to the logit exactly. Exact as a sum;
 * as an explanation it takes the relus, the mean and each frame's own hearing of those before it as
 * given.
 */
export function contributions(
  shape: NetworkShape,
  weights: WeightArrays,
  frames: HiddenFrames,
): Contributions {
  const { frameCount, hidden, scores } = frames;
  const { hiddenUnits, labelCount } = shape;
  const attention = attentionWeights(scores, decayPerFrame(shape));
  const { mean, deviation } = pool(frames, attention);
  const pooled = Float64Array.of(...mean, ...deviation);
  const { map, constant } = linearHead(shape, weights, pooled);
  const values = new Float32Array(frameCount * labelCount);
  const sums = new Float64Array(labelCount);
  for (let t = 0; t < frameCount; t++) {
    sums.fill(0);
    for (let u = 0; u < hiddenUnits; u++) {
      const h = hidden[t * hiddenUnits + u]!;
      const spread = ((h - mean[u]!) ** 2 + VARIANCE_FLOOR) / deviation[u]!;
      const ofMean = u * labelCount;
      const ofDeviation = (hiddenUnits + u) * labelCount;
      for (let label = 0; label < labelCount; label++) {
        sums[label]! += map[ofMean + label]! * h + map[ofDeviation + label]! * spread;
      }
    }
    for (let label = 0; label < labelCount; label++) {
      values[t * labelCount + label] = attention[t]! * sums[label]!;
    }
  }
  return { attention, values, bias: Float32Array.from(constant) };
}

/**
 * `[frameCount]`: what each frame adds to one label's log-probability, to first order: its part of
 * that logit less its parts of all logits, weighted by their probabilities. What a frame adds to
 * every logit alike says nothing for any label, and cancels here.
 */
export function logProbabilityContributions(
  values: Float32Array,
  probabilities: ArrayLike<number>,
  label: number,
): Float32Array {
  const labelCount = probabilities.length;
  return Float32Array.from({ length: values.length / labelCount }, (_, t) => {
    const row = values.subarray(t * labelCount, (t + 1) * labelCount);
    return row.reduce((rest, value, i) => rest - probabilities[i]! * value, row[label]!);
  });
}
