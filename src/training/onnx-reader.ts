import { LARGEST_EXPONENT } from '../pipeline/network/peak.ts';
import {
  decayPerFrame,
  type NetworkShape,
  peakDecayPerFrame,
  type ReaderPartName,
} from '../pipeline/network/shape.ts';
import { CORRELATION_FLOOR, VARIANCE_FLOOR } from '../pipeline/network/variance-floor.ts';
import type { HeadName, WeightArrays } from '../pipeline/network/weights.ts';
import type { KernelConstant } from './kernel-constant.ts';
import type { OnnxGraph } from './onnx-graph.ts';

/** A reader's sums by name, each the name of a value in the graph. */
export type ReaderParts = Record<ReaderPartName, string>;

/** What one reader does with its frames (step.ts), as a part of an ONNX graph: sums, then its head. */
export class OnnxReader {
  readonly #graph: OnnxGraph;
  readonly #shape: NetworkShape;
  readonly #weights: Pick<WeightArrays, HeadName>;
  readonly #kernelConstant: KernelConstant;

  /** `shape` is the reader's own (shape.ts), and so are the weights. */
  constructor(
    graph: OnnxGraph,
    shape: NetworkShape,
    weights: Pick<WeightArrays, HeadName>,
    kernelConstant: KernelConstant,
  ) {
    this.#graph = graph;
    this.#shape = shape;
    this.#weights = weights;
    this.#kernelConstant = kernelConstant;
  }

  /**
   * From hidden vectors `[B, T, H]` and their scores `[B, T]`; `prepare` is done to the pooled vector
   * before the head reads it.
   */
  read(
    hidden: string,
    scores: string,
    before: ReaderParts,
    prepare = (pooled: string) => pooled,
  ): { readonly logits: string; readonly after: Partial<ReaderParts> } {
    const sums = this.#addToSums(hidden, scores, before);
    const peak = this.#shape.peakSharpness > 0 ? this.#addToPeak(hidden, before) : undefined;
    const logits = this.#head(prepare(this.#pooled(sums, peak)));
    return { logits, after: { ...sums, ...peak } };
  }

  /** The running attention of pooling.ts. */
  #addToSums(outputs: string, scores: string, before: ReaderParts) {
    const g = this.#graph;
    const decay = decayPerFrame(this.#shape);
    const axis = g.integers([1]);
    const frameCount = g.node('Gather', [g.node('Shape', [scores]), g.integers([1], [])]);
    const newest = g.integers([-1], []);
    const oldest = g.node('Add', [frameCount, newest]);
    const ages = g.node('Cast', [g.node('Range', [oldest, newest, newest])], { to: 1 });
    const logWeights = g.node('Sub', [scores, g.node('Mul', [ages, g.scalar(decay)])]);
    const floatCount = g.node('Cast', [frameCount], { to: 1 });
    const fading = g.node('Mul', [floatCount, g.scalar(decay)]);
    const faded = g.node('Sub', [before.maximum, fading]);
    const highest = g.node('ReduceMax', [logWeights], { axes: [1], keepdims: 1 });
    const maximum = g.node('Max', [faded, highest]);
    const keep = g.node('Exp', [g.node('Sub', [faded, maximum])]);
    const weights = g.node('Exp', [g.node('Sub', [logWeights, maximum])]);
    const row = g.node('Unsqueeze', [weights, axis]);
    const add = (sum: string, part: string) => g.node('Add', [g.node('Mul', [sum, keep]), part]);
    const total = (x: string) => g.node('Squeeze', [g.node('MatMul', [row, x]), axis]);
    const correlates = this.#shape.statisticsReferences.length > 0;
    return {
      maximum,
      denominator: add(before.denominator, g.node('ReduceSum', [weights, axis], { keepdims: 1 })),
      numerator: add(before.numerator, total(outputs)),
      square: add(before.square, total(g.node('Mul', [outputs, outputs]))),
      ...(correlates && { product: add(before.product, this.#products(outputs, row)) }),
    };
  }

  /** Σ w·h_r·h over the newest frames, `[B, K·H]`, from `[B, T, H]` and weights `[B, 1, T]`. */
  #products(outputs: string, weights: string): string {
    const g = this.#graph;
    const references = g.node('Gather', [outputs, this.#references()], { axis: 2 });
    const turned = g.node('Transpose', [references], { perm: [0, 2, 1] });
    const products = g.node('MatMul', [g.node('Mul', [turned, weights]), outputs]);
    return g.node('Flatten', [products], { axis: 1 });
  }

  #references(): string {
    return this.#graph.integers(this.#shape.statisticsReferences);
  }

  /** The running peak of peak.ts: its sums with the newest frames. */
  #addToPeak(outputs: string, before: ReaderParts) {
    const g = this.#graph;
    const sharpness = this.#shape.peakSharpness;
    const decay = peakDecayPerFrame(this.#shape);
    const axis = g.integers([1]);
    const frameCount = g.node('Gather', [g.node('Shape', [outputs]), g.integers([1], [])]);
    const newest = g.integers([-1], []);
    const range = g.node('Range', [g.node('Add', [frameCount, newest]), newest, newest]);
    const ages = g.node('Cast', [range], { to: 1 });
    const faded = (age: string) => g.node('Exp', [g.node('Mul', [age, g.scalar(-decay)])]);
    const shares = faded(ages);
    const keep = faded(g.node('Cast', [frameCount], { to: 1 }));
    const exponents = g.node('Mul', [outputs, g.scalar(sharpness)]);
    const raised = g.node('Exp', [g.node('Min', [exponents, g.scalar(LARGEST_EXPONENT)])]);
    const row = g.node('Unsqueeze', [shares, g.integers([0])]);
    const fresh = g.node('Squeeze', [g.node('MatMul', [row, raised]), axis]);
    const add = (sum: string, part: string) => g.node('Add', [g.node('Mul', [sum, keep]), part]);
    return {
      peakCount: add(before.peakCount, g.node('ReduceSum', [shares], { keepdims: 1 })),
      peakSum: add(before.peakSum, fresh),
    };
  }

  /** Mean, deviation, correlations and peak, `[B, pooled]`. */
  #pooled(
    sums: { denominator: string; numerator: string; square: string; product?: string },
    peak: { peakCount: string; peakSum: string } | undefined,
  ): string {
    const g = this.#graph;
    const mean = g.node('Div', [sums.numerator, sums.denominator]);
    const moment = g.node('Div', [sums.square, sums.denominator]);
    const variance = g.node('Relu', [g.node('Sub', [moment, g.node('Mul', [mean, mean])])]);
    const deviation = g.node('Sqrt', [g.node('Add', [variance, g.scalar(VARIANCE_FLOOR)])]);
    const parts = [mean, deviation];
    if (sums.product !== undefined) {
      const averages = g.node('Div', [sums.product, sums.denominator]);
      parts.push(this.#correlations(averages, mean, variance));
    }
    if (peak !== undefined) parts.push(this.#peakOf(peak));
    return g.node('Concat', parts, { axis: 1 });
  }

  /** The correlations of correlations.ts, from the mean products `[B, K·H]`, means and variances `[B, H]`. */
  #correlations(averages: string, mean: string, variance: string): string {
    const g = this.#graph;
    const { statisticsReferences, hiddenUnits } = this.#shape;
    const perReference = g.integers([0, statisticsReferences.length, hiddenUnits]);
    const pairs = (x: string) => {
      const references = g.node('Gather', [x, this.#references()], { axis: 1 });
      const columns = g.node('Unsqueeze', [references, g.integers([2])]);
      return g.node('Mul', [columns, g.node('Unsqueeze', [x, g.integers([1])])]);
    };
    const own = g.node('Reshape', [averages, perReference]);
    const covariances = g.node('Sub', [own, pairs(mean)]);
    const spread = g.node('Sqrt', [g.node('Add', [variance, g.scalar(CORRELATION_FLOOR)])]);
    return g.node('Flatten', [g.node('Div', [covariances, pairs(spread)])], { axis: 1 });
  }

  /** Pooled vector → dense, relu → logits, `[B, labels]`. */
  #head(pooled: string): string {
    const g = this.#graph;
    const { denseUnits, labelCount } = this.#shape;
    const hidden = g.node('Relu', [this.#affine(pooled, 'dense', denseUnits)]);
    return this.#affine(hidden, 'output', labelCount);
  }

  #affine(x: string, layer: 'dense' | 'output', columns: number): string {
    const g = this.#graph;
    const name = `${layer}.kernel` as const;
    const values = this.#weights[name];
    const kernel = { name, values, rows: values.length / columns, columns };
    const product = g.node('MatMul', [x, this.#kernelConstant(g, kernel)]);
    return g.node('Add', [product, g.floats(this.#weights[`${layer}.bias`], [columns])]);
  }

  /** The peaks that sums stand for, `[B, H]`. */
  #peakOf({ peakCount, peakSum }: { peakCount: string; peakSum: string }): string {
    const g = this.#graph;
    const mean = g.node('Log', [g.node('Div', [peakSum, peakCount])]);
    return g.node('Div', [mean, g.scalar(this.#shape.peakSharpness)]);
  }
}
