import { dot } from './dot.ts';
import type { NetworkShape } from './shape.ts';
import type { WeightArrays } from './weights.ts';

/** The layers above the attention, as plain arrays: pooled vector → dense, relu → logits. */
export interface Head {
  readonly shape: NetworkShape;
  /** `[D, 2H]`: turned, so that what a dense unit reads lies together. */
  readonly denseRows: Float32Array;
  readonly weights: Pick<WeightArrays, 'dense.bias' | 'output.kernel' | 'output.bias'>;
}

/** Once a model: all legs share it. */
export function createHead(shape: NetworkShape, weights: WeightArrays): Head {
  const { denseUnits, hiddenUnits } = shape;
  const kernel = weights['dense.kernel'];
  const inputs = 2 * hiddenUnits;
  const denseRows = Float32Array.from(kernel, (_, i) => {
    const unit = Math.floor(i / inputs);
    return kernel[(i % inputs) * denseUnits + unit]!;
  });
  return { shape, denseRows, weights };
}

/** The dense units whose relu is on at `pooled[2H]`, by their place. */
export function openUnits({ denseRows, weights }: Head, pooled: Float64Array): number[] {
  const bias = weights['dense.bias'];
  const inputs = pooled.length;
  const open: number[] = [];
  for (let unit = 0; unit < bias.length; unit++) {
    if (bias[unit]! + dot(pooled, denseRows, unit * inputs) > 0) open.push(unit);
  }
  return open;
}

/**
 * The head where only these relus are on: there a weighted sum of logits, `direction[labels]`, is
 * linear in the pooled vector. Returns what multiplies the vector, `map[2H]`, and what is added.
 */
export function linearHead(
  { shape, denseRows, weights }: Head,
  open: readonly number[],
  direction: Float64Array,
): { map: Float64Array; constant: number } {
  const inputs = 2 * shape.hiddenUnits;
  const output = weights['output.kernel'];
  const map = new Float64Array(inputs);
  let constant = dot(direction, weights['output.bias'], 0);
  for (const unit of open) {
    const slope = dot(direction, output, unit * shape.labelCount);
    constant += slope * weights['dense.bias'][unit]!;
    const row = unit * inputs;
    for (let u = 0; u < inputs; u++) map[u] = map[u]! + slope * denseRows[row + u]!;
  }
  return { map, constant };
}

/**
 * `[labels]`: the slope of a label's log-probability in the logits, (1 at the label − p) / T. Of the
 * logits it makes ln p(label) less the mean of all ln p weighted by p: what raises every logit alike
 * says nothing for any label, and cancels.
 */
export function logProbabilityDirection(
  probabilities: ArrayLike<number>,
  label: number,
  temperature: number,
): Float64Array {
  return Float64Array.from(
    probabilities,
    (probability, i) => ((i === label ? 1 : 0) - probability) / temperature,
  );
}
