import { kernelWithArrays, LANES } from '../kernel/kernel.ts';
import { dot } from './dot.ts';
import { memberShape, type NetworkShape, pooledSize } from './shape.ts';
import { membersOf, type WeightArrays } from './weights.ts';

/** The layers of one member above the attention: pooled vector → dense, relu → logits. */
export interface Head {
  readonly shape: NetworkShape;
  readonly weights: Pick<WeightArrays, 'dense.bias' | 'output.kernel' | 'output.bias'>;
  /** The dense layer, in a kernel of its own. */
  readonly dense: DenseLayer;
}

type DenseLayer = ReturnType<typeof createDenseLayer>;

/** One for every member; once a model, and all legs share them. */
export function createHeads(shape: NetworkShape, weights: WeightArrays): Head[] {
  return membersOf(shape, weights).map((own) => createHead(memberShape(shape), own));
}

function createHead(shape: NetworkShape, weights: WeightArrays): Head {
  return { shape, weights, dense: createDenseLayer(shape, weights) };
}

/** `rows[D, width]` is the kernel turned, so that what a dense unit reads lies together. */
function createDenseLayer(shape: NetworkShape, weights: WeightArrays) {
  const { denseUnits } = shape;
  const inputs = pooledSize(shape);
  const width = Math.ceil(inputs / LANES) * LANES;
  const { functions, arrays } = kernelWithArrays({
    rows: denseUnits * width,
    biases: denseUnits,
    pooled: width,
    sums: denseUnits,
    slopes: denseUnits,
    map: width,
  });
  const kernel = weights['dense.kernel'];
  for (let unit = 0; unit < denseUnits; unit++) {
    for (let i = 0; i < inputs; i++) {
      arrays.rows.values[unit * width + i] = kernel[i * denseUnits + unit]!;
    }
  }
  arrays.biases.values.set(weights['dense.bias']);
  return { functions, arrays, inputs, width };
}

/** The dense units whose relu is on at `pooled[]`, by their place. */
export function openUnits({ shape, dense }: Head, pooled: Float64Array): number[] {
  const { rows, biases, sums, pooled: factors } = dense.arrays;
  factors.values.set(pooled);
  dense.functions.multiplyRows(
    rows.address,
    shape.denseUnits,
    dense.width,
    factors.address,
    biases.address,
    sums.address,
  );
  const open: number[] = [];
  for (let unit = 0; unit < shape.denseUnits; unit++) if (sums.values[unit]! > 0) open.push(unit);
  return open;
}

/**
 * The head where only these relus are on: there a weighted sum of logits, `direction[labels]`, is
 * linear in the pooled vector. Returns what multiplies the vector, `map[]` of its size, and what is added.
 */
export function linearHead(
  { shape, dense, weights }: Head,
  open: readonly number[],
  direction: Float64Array,
): { map: Float32Array; constant: number } {
  const { rows, slopes, map } = dense.arrays;
  const output = weights['output.kernel'];
  let constant = dot(direction, weights['output.bias'], 0);
  slopes.values.fill(0);
  for (const unit of open) {
    const slope = dot(direction, output, unit * shape.labelCount);
    slopes.values[unit] = slope;
    constant += slope * weights['dense.bias'][unit]!;
  }
  dense.functions.addRows(rows.address, shape.denseUnits, dense.width, slopes.address, map.address);
  return { map: map.values.slice(0, dense.inputs), constant };
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
