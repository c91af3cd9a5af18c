/**
 * Softmax of `logits / temperature` into `output`: one temperature, fitted on speakers the network
 * was not trained on, makes the probabilities honest (Guo et al., "On Calibration of Modern Neural
 * Networks", 2017).
 */
export function calibrate(
  logits: Float32Array,
  temperature: number,
  output: Float32Array,
): Float32Array {
  let highest = Number.NEGATIVE_INFINITY;
  for (const logit of logits) highest = Math.max(highest, logit);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) {
    output[i] = Math.exp((logits[i]! - highest) / temperature);
    sum += output[i]!;
  }
  for (let i = 0; i < logits.length; i++) output[i] = output[i]! / sum;
  return output;
}

/** Entropy of a distribution as a share of the largest possible: 0 certain, 1 uniform. */
export function normalisedEntropy(probabilities: Float32Array): number {
  let entropy = 0;
  for (const p of probabilities) if (p > 0) entropy -= p * Math.log(p);
  return entropy / Math.log(probabilities.length);
}

/** Index of the largest value. */
export function argmax(values: Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
