const LOWEST = 0.1;
const HIGHEST = 10;
const GOLDEN = (Math.sqrt(5) - 1) / 2;
const ITERATIONS = 40;

/**
 * How many speakers it takes until a fitted temperature is believed by half. Fitted to one speaker
 * each, the logarithms of twelve models' temperatures spread by 0.2 around 0 (models/LOG.md); that
 * models themselves differ by 0.1 is assumed, and 0.2² / 0.1² = 4.
 */
const SPEAKERS_TO_BELIEVE_HALF = 4;

/** One readout: its logits, the right label, and how much it counts beside others; 1 if that is not said. */
export interface LabelledLogits {
  readonly logits: Float32Array;
  readonly label: number;
  readonly weight?: number;
}

/** One readout, and whose it is. */
export interface SpokenLogits extends LabelledLogits {
  readonly speaker: string;
}

/**
 * The temperature fitted to these readouts, every speaker counting alike, its logarithm drawn towards 0 as far as their speakers
 * are few (empirical Bayes, Efron & Morris 1975): what fits one speaker misfits the next.
 */
export function believedTemperature(readouts: readonly SpokenLogits[]): number {
  const counts = new Map<string, number>();
  for (const { speaker } of readouts) counts.set(speaker, (counts.get(speaker) ?? 0) + 1);
  const fitted = fitTemperature(
    readouts.map((readout) => ({ ...readout, weight: 1 / counts.get(readout.speaker)! })),
  );
  return fitted ** (counts.size / (counts.size + SPEAKERS_TO_BELIEVE_HALF));
}

/** Mean negative log-likelihood, in nats, of softmax(logits / temperature). */
export function negativeLogLikelihood(
  readouts: readonly LabelledLogits[],
  temperature: number,
): number {
  let total = 0;
  let weights = 0;
  for (const { logits, label, weight = 1 } of readouts) {
    const highest = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    let sum = 0;
    for (const logit of logits) sum += Math.exp((logit - highest) / temperature);
    total += weight * (Math.log(sum) - (logits[label]! - highest) / temperature);
    weights += weight;
  }
  return total / weights;
}

/**
 * The temperature with the smallest negative log-likelihood (Guo et al. 2017, arXiv 1706.04599), by
 * golden-section search over its logarithm. 1 where there is nothing to fit it on.
 */
export function fitTemperature(readouts: readonly LabelledLogits[]): number {
  if (readouts.length === 0) return 1;
  const cost = (logTemperature: number) =>
    negativeLogLikelihood(readouts, Math.exp(logTemperature));
  let low = Math.log(LOWEST);
  let high = Math.log(HIGHEST);
  let left = high - GOLDEN * (high - low);
  let right = low + GOLDEN * (high - low);
  let costLeft = cost(left);
  let costRight = cost(right);
  for (let i = 0; i < ITERATIONS; i++) {
    if (costLeft < costRight) {
      high = right;
      [right, costRight] = [left, costLeft];
      left = high - GOLDEN * (high - low);
      costLeft = cost(left);
    } else {
      low = left;
      [left, costLeft] = [right, costRight];
      right = low + GOLDEN * (high - low);
      costRight = cost(right);
    }
  }
  return Math.exp((low + high) / 2);
}
