import { EMOTIONS, type Emotion } from '../protocol/labels.ts';

/** Where emotions stand in every probability vector. */
export function emotionPlaces(emotions: readonly Emotion[]): readonly number[] {
  return emotions.map((emotion) => EMOTIONS.indexOf(emotion));
}

const ALL_PLACES = emotionPlaces(EMOTIONS);

/**
 * Softmax of `logits / temperature` into `output`, over the emotions that are `open` (their places);
 * the others get 0. One temperature, fitted on speakers the network
 * was not trained on, makes the probabilities honest (Guo et al., "On Calibration of Modern Neural
 * Networks", 2017).
 */
export function calibrate(
  logits: Float32Array,
  temperature: number,
  output: Float32Array,
  open: readonly number[] = ALL_PLACES,
): Float32Array {
  let highest = Number.NEGATIVE_INFINITY;
  for (const i of open) highest = Math.max(highest, logits[i]!);
  let sum = 0;
  output.fill(0);
  for (const i of open) {
    output[i] = Math.exp((logits[i]! - highest) / temperature);
    sum += output[i]!;
  }
  for (const i of open) output[i] = output[i]! / sum;
  return output;
}

/** Entropy of a distribution over so many outcomes as a share of the largest possible: 0 certain, 1 uniform. */
export function normalisedEntropy(probabilities: Float32Array, outcomes: number): number {
  let entropy = 0;
  for (const p of probabilities) if (p > 0) entropy -= p * Math.log(p);
  return entropy / Math.log(outcomes);
}

/** Index of the largest value. */
export function argmax(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
