import { LARGEST_EXPONENT } from '../pipeline/network/peak.ts';
import {
  decayPerFrame,
  type NetworkShape,
  peakDecayPerFrame,
  type ReaderPartName,
} from '../pipeline/network/shape.ts';
import { VARIANCE_FLOOR } from '../pipeline/network/variance-floor.ts';
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
    return {
      maximum,
      denominator: add(before.denominator, g.node('ReduceSum', [weights, axis], { keepdims: 1 })),
      numerator: add(before.numerator, total(outputs)),
      square: add(before.square, total(g.node('Mul', [outputs, outputs]))),
    };
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

  /** Mean, deviation and peak, `[B, pooled]`. */
  #pooled(
    sums: { denominator: string; numerator: string; square: string },
    peak: { peakCount: string; peakSum: string } | undefined,
  ): string {
    const g = this.#graph;
    const mean = g.node('Div', [sums.numerator, sums.denominator]);
    const moment = g.node('Div', [sums.square, sums.denominator]);
    const variance = g.node('Relu', [g.node('Sub', [moment, g.node('Mul', [mean, mean])])]);
    const deviation = g.node('Sqrt', [g.node('Add', [variance, g.scalar(VARIANCE_FLOOR)])]);
    const parts = [mean, deviation, ...(peak ? [this.#peakOf(peak)] : [])];
    return g.node('Concat', parts, { axis: 1 });
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
