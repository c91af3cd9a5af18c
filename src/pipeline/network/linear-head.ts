import { kernelWithArrays, LANES } from '../kernel/kernel.ts';
import { dot } from './dot.ts';
import { type NetworkShape, pooledSize, readerShapes } from './shape.ts';
import { type HeadName, membersOf, statisticsHead, type WeightArrays } from './weights.ts';

/** The layers of one reader above its sums: pooled vector → dense, relu → logits. */
export interface Head {
  /** The reader's own (shape.ts). */
  readonly shape: NetworkShape;
  readonly weights: Pick<WeightArrays, 'dense.bias' | 'output.kernel' | 'output.bias'>;
  /** The dense layer, in a kernel of its own. */
  readonly dense: DenseLayer;
}

type DenseLayer = ReturnType<typeof createDenseLayer>;

/** One for every reader; once a model, and all legs share them. */
export function createHeads(shape: NetworkShape, weights: WeightArrays): Head[] {
  const layers: Pick<WeightArrays, HeadName>[] = [...membersOf(shape, weights)];
  if (shape.statisticsUnits > 0) layers.push(standardisingHead(weights));
  return readerShapes(shape).map((own, reader) => {
    const layer = layers[reader]!;
    return { shape: own, weights: layer, dense: createDenseLayer(own, layer) };
  });
}

/** The statistics' head over the pooled vector as it is: what standardises it goes into the dense layer. */
function standardisingHead(weights: WeightArrays): Pick<WeightArrays, HeadName> {
  const head = statisticsHead(weights);
  const bias = Float64Array.from(head['dense.bias']);
  const kernel = head['dense.kernel'].map((value, i) => {
    const row = Math.floor(i / bias.length);
    const scaled = value * weights['statistics.scale'][row]!;
    bias[i % bias.length]! -= scaled * weights['statistics.mean'][row]!;
    return scaled;
  });
  return { ...head, 'dense.kernel': kernel, 'dense.bias': Float32Array.from(bias) };
}

/** `rows[D, width]` is the kernel turned, so that what a dense unit reads lies together. */
function createDenseLayer(shape: NetworkShape, weights: Pick<WeightArrays, HeadName>) {
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
