import { LARGEST_EXPONENT } from '../pipeline/network/peak.ts';
import {
  decayPerFrame,
  type MemberPartName,
  type NetworkShape,
  peakDecayPerFrame,
} from '../pipeline/network/shape.ts';
import { VARIANCE_FLOOR } from '../pipeline/network/variance-floor.ts';
import { type WeightArrays, type WeightName, weightShapes } from '../pipeline/network/weights.ts';
import type { Kernel, KernelConstant } from './kernel-constant.ts';
import type { OnnxGraph } from './onnx-graph.ts';
import { withContext } from './onnx-nodes.ts';

/** A member's parts of the state by name, each the name of a value in the graph. */
export type MemberParts = Record<MemberPartName, string>;

/** One member's step (step.ts) as a part of an ONNX graph; rows are leg-major, as in onnx-export.ts. */
export class OnnxMember {
  readonly #graph: OnnxGraph;
  readonly #shape: NetworkShape;
  readonly #weights: WeightArrays;
  readonly #kernelConstant: KernelConstant;

  /** `shape` and `weights` are the member's alone. */
  constructor(
    graph: OnnxGraph,
    shape: NetworkShape,
    weights: WeightArrays,
    kernelConstant: KernelConstant,
  ) {
    this.#graph = graph;
    this.#shape = shape;
    this.#weights = weights;
    this.#kernelConstant = kernelConstant;
  }

  /** From the first convolution's output, `[B, T, C]`. */
  step(first: string, before: MemberParts) {
    const g = this.#graph;
    const { convChannels, convKernel, peakSharpness } = this.#shape;
    const second = withContext(g, first, before.conv2, {
      taps: convKernel,
      channels: convChannels,
    });
    const convolved = g.node('Relu', [this.#affine(second.unfolded, 'conv2.kernel', 'conv2.bias')]);
    const lstm = this.#lstm(convolved, before.hidden, before.cell);
    const sums = this.#addToSums(lstm.outputs, this.#scores(lstm.outputs), before);
    const peak = peakSharpness > 0 ? this.#addToPeak(lstm.outputs, before) : undefined;
    const after: Partial<MemberParts> = {
      conv2: second.context,
      hidden: lstm.hidden,
      cell: lstm.cell,
      ...sums,
      ...peak,
    };
    return { logits: this.#head(sums, peak), after };
  }

  /** A weight as a constant of the graph; a vector loses its leading 1. */
  #weight(name: WeightName): string {
    const [rows, columns] = weightShapes(this.#shape)[name];
    return this.#graph.floats(this.#weights[name], rows === 1 ? [columns] : [rows, columns]);
  }

  #product(x: string, name: WeightName): string {
    const [rows, columns] = weightShapes(this.#shape)[name];
    const kernel = { name, values: this.#weights[name], rows, columns };
    return this.#graph.node('MatMul', [x, this.#kernelConstant(this.#graph, kernel)]);
  }

  #affine(x: string, kernel: WeightName, bias: WeightName): string {
    const product = this.#product(x, kernel);
    return this.#graph.node('Add', [product, this.#weight(bias)]);
  }

  /** A tensor's gate blocks `[rows, 4H]` (output, input, forget, candidate) in ONNX's order (iofc). */
  #gates(name: WeightName): Kernel {
    const units = this.#shape.hiddenUnits;
    const [rows, columns] = weightShapes(this.#shape)[name];
    const weights = this.#weights[name];
    const ours = [1, 0, 2, 3];
    const values = Float32Array.from(weights, (_, i) => {
      const column = i % columns;
      const gate = ours[Math.floor(column / units)]!;
      return weights[i - column + gate * units + (column % units)]!;
    });
    return { name, values, rows, columns };
  }

  /** A kernel of the gates as ONNX's LSTM takes it, `[1, 4H, rows]`. */
  #gateRows(name: WeightName): string {
    const g = this.#graph;
    const gates = this.#kernelConstant(g, this.#gates(name));
    return g.node('Unsqueeze', [g.node('Transpose', [gates], { perm: [1, 0] }), g.integers([0])]);
  }

  /** `[B, T, C]` → outputs `[B, T, H]`, and the state it ends in, `[B, H]` each. */
  #lstm(x: string, hidden: string, cell: string) {
    const g = this.#graph;
    const { hiddenUnits, residual } = this.#shape;
    const bias = new Float32Array(8 * hiddenUnits);
    bias.set(this.#gates('lstm.bias').values);
    const timeMajor = g.node('Transpose', [x], { perm: [1, 0, 2] });
    const leading = g.integers([0]);
    const inputs = [
      timeMajor,
      this.#gateRows('lstm.kernel'),
      this.#gateRows('lstm.recurrent'),
      g.floats(bias, [1, bias.length]),
      '',
      g.node('Unsqueeze', [hidden, leading]),
      g.node('Unsqueeze', [cell, leading]),
    ];
    const [all, lastHidden, lastCell] = g.nodes('LSTM', inputs, 3, { hidden_size: hiddenUnits });
    const oneDirection = g.node('Squeeze', [all!, g.integers([1])]);
    const legMajor = g.node('Transpose', [oneDirection], { perm: [1, 0, 2] });
    return {
      outputs: residual ? g.node('Add', [legMajor, x]) : legMajor,
      hidden: g.node('Squeeze', [lastHidden!, leading]),
      cell: g.node('Squeeze', [lastCell!, leading]),
    };
  }

  /** `[B, T, H]` → `[B, T]` */
  #scores(outputs: string): string {
    const g = this.#graph;
    const layer = g.node('Tanh', [this.#affine(outputs, 'attention.kernel', 'attention.bias')]);
    const scores = this.#product(layer, 'attention.vector');
    return g.node('Squeeze', [scores, g.integers([2])]);
  }

  /** The running attention of pooling.ts. */
  #addToSums(outputs: string, scores: string, before: MemberParts) {
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
  #addToPeak(outputs: string, before: MemberParts) {
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

  /** Mean, deviation and peak → dense, relu → logits, `[B, labels]`. */
  #head(
    sums: { denominator: string; numerator: string; square: string },
    peak: { peakCount: string; peakSum: string } | undefined,
  ): string {
    const g = this.#graph;
    const mean = g.node('Div', [sums.numerator, sums.denominator]);
    const moment = g.node('Div', [sums.square, sums.denominator]);
    const variance = g.node('Relu', [g.node('Sub', [moment, g.node('Mul', [mean, mean])])]);
    const deviation = g.node('Sqrt', [g.node('Add', [variance, g.scalar(VARIANCE_FLOOR)])]);
    const parts = [mean, deviation, ...(peak ? [this.#peakOf(peak)] : [])];
    const pooled = g.node('Concat', parts, { axis: 1 });
    const hidden = g.node('Relu', [this.#affine(pooled, 'dense.kernel', 'dense.bias')]);
    return this.#affine(hidden, 'output.kernel', 'output.bias');
  }

  /** The peaks that sums stand for, `[B, H]`. */
  #peakOf({ peakCount, peakSum }: { peakCount: string; peakSum: string }): string {
    const g = this.#graph;
    const mean = g.node('Log', [g.node('Div', [peakSum, peakCount])]);
    return g.node('Div', [mean, g.scalar(this.#shape.peakSharpness)]);
  }
}
