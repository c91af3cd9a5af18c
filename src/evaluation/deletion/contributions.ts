import { dot } from '../../pipeline/network/dot.ts';
import {
  createHeads,
  type Head,
  linearHead,
  openUnits,
} from '../../pipeline/network/linear-head.ts';
import { LARGEST_EXPONENT } from '../../pipeline/network/peak.ts';
import {
  decayPerFrame,
  type NetworkShape,
  peakDecayPerFrame,
  pooledSize,
  readerShares,
} from '../../pipeline/network/shape.ts';
import { CORRELATION_FLOOR, VARIANCE_FLOOR } from '../../pipeline/network/variance-floor.ts';
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

/** `[H]` each: the attention-weighted mean and standard deviation, as the head reads them (pooling.ts), and what correlations are divided by. */
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
  const rooted = (floor: number) => variance.map((value) => Math.sqrt(value + floor));
  return { mean, deviation: rooted(VARIANCE_FLOOR), spread: rooted(CORRELATION_FLOOR) };
}

/** `[H]` and `[frameCount, H]`: the peaks as the head reads them (peak.ts), and every frame's share in each; nothing without a peak. */
function poolPeaks(shape: NetworkShape, { frameCount, hidden }: HiddenFrames) {
  if (shape.peakSharpness === 0) return { peaks: new Float64Array(), shares: new Float64Array() };
  const units = shape.hiddenUnits;
  const decay = peakDecayPerFrame(shape);
  const sums = new Float64Array(units);
  let count = 0;
  for (let t = 0; t < frameCount; t++) count += Math.exp(-decay * (frameCount - 1 - t));
  const parts = Float64Array.from(hidden, (h, i) => {
    const age = frameCount - 1 - Math.floor(i / units);
    return Math.exp(Math.min(shape.peakSharpness * h, LARGEST_EXPONENT) - decay * age);
  });
  parts.forEach((part, i) => {
    sums[i % units]! += part;
  });
  return {
    peaks: sums.map((sum) => Math.log(sum / count) / shape.peakSharpness),
    shares: parts.map((part, i) => part / sums[i % units]!),
  };
}

/** What multiplies what the head reads in one logit, and what no frame adds. */
function linearLogits(head: Head, pooled: Float64Array) {
  const { labelCount } = head.shape;
  const open = openUnits(head, pooled);
  return Array.from({ length: labelCount }, (_, label) => {
    const direction = new Float64Array(labelCount);
    direction[label] = 1;
    return linearHead(head, open, direction);
  });
}

/**
 * Divides every logit at the last frame among the frames, each reader's and then all of them as they
 * weigh in the answer. The pooled mean is a sum over frames, Σ w·h; so is the deviation,
 * d = (d² ) / d = Σ w·((h − mean)² + floor) / d; a correlation is one of Σ w·(h_r − mean_r)·(h − mean); the peak falls to the frames by their shares in it.
 * The head is linear where it stands, so that the parts of all frames and the bias sum to the logit
 * exactly. Exact as a sum; as an explanation it takes the relus, the mean and each frame's own
 * hearing of those before it as given.
 */
export function contributions(
  shape: NetworkShape,
  weights: WeightArrays,
  readers: readonly HiddenFrames[],
): Contributions {
  const parts = createHeads(shape, weights).map((head, r) => ofReader(head, readers[r]!));
  const shares = readerShares(shape);
  const weigh = (arrays: readonly Float32Array[]) =>
    arrays[0]!.map((_, i) => arrays.reduce((sum, array, r) => sum + shares[r]! * array[i]!, 0));
  return {
    attention: weigh(parts.map(({ attention }) => attention)),
    values: weigh(parts.map(({ values }) => values)),
    bias: weigh(parts.map(({ bias }) => bias)),
  };
}

/** The same of one reader's logits. */
function ofReader(head: Head, frames: HiddenFrames): Contributions {
  const { frameCount, scores } = frames;
  const { labelCount } = head.shape;
  const attention = attentionWeights(scores, decayPerFrame(head.shape));
  const parts = partsOfPooled(head.shape, frames, attention);
  const pooled = new Float64Array(parts.length / frameCount);
  parts.forEach((part, i) => {
    pooled[i % pooled.length]! += part;
  });
  const logits = linearLogits(head, pooled);
  const values = new Float32Array(frameCount * labelCount);
  for (let t = 0; t < frameCount; t++) {
    logits.forEach(({ map }, label) => {
      values[t * labelCount + label] = dot(
        parts.subarray(t * pooled.length, (t + 1) * pooled.length),
        map,
        0,
      );
    });
  }
  return { attention, values, bias: Float32Array.from(logits, ({ constant }) => constant) };
}

/** `[frameCount, pooled]`: what each frame adds to everything that the head reads. */
function partsOfPooled(
  shape: NetworkShape,
  frames: HiddenFrames,
  attention: Float32Array,
): Float64Array {
  const { frameCount, hidden } = frames;
  const { hiddenUnits: units, statisticsReferences } = shape;
  const { mean, deviation, spread } = pool(frames, attention);
  const { peaks, shares } = poolPeaks(shape, frames);
  const width = pooledSize(shape);
  const parts = new Float64Array(frameCount * width);
  for (let t = 0; t < frameCount; t++) {
    const own = parts.subarray(t * width, (t + 1) * width);
    const h = hidden.subarray(t * units, (t + 1) * units);
    const off = Float64Array.from(h, (value, u) => value - mean[u]!);
    for (let u = 0; u < units; u++) {
      own[u] = attention[t]! * h[u]!;
      own[units + u] = (attention[t]! * (off[u]! ** 2 + VARIANCE_FLOOR)) / deviation[u]!;
      statisticsReferences.forEach((reference, k) => {
        const product = (off[reference]! * off[u]!) / (spread[reference]! * spread[u]!);
        own[(2 + k) * units + u] = attention[t]! * product;
      });
    }
    const firstPeak = width - peaks.length;
    for (let u = 0; u < peaks.length; u++) own[firstPeak + u] = peaks[u]! * shares[t * units + u]!;
  }
  return parts;
}

/** `[frameCount]`: what each frame adds to a weighted sum of logits, from `values[frameCount, labels]`. */
export function contributionsAlong(values: Float32Array, direction: Float64Array): Float32Array {
  const labelCount = direction.length;
  return Float32Array.from({ length: values.length / labelCount }, (_, t) =>
    direction.reduce((sum, slope, label) => sum + slope * values[t * labelCount + label]!, 0),
  );
}
