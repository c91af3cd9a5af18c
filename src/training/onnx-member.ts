import type { MemberPartName, NetworkShape } from '../pipeline/network/shape.ts';
import { type WeightArrays, type WeightName, weightShapes } from '../pipeline/network/weights.ts';
import type { Kernel, KernelConstant } from './kernel-constant.ts';
import type { OnnxGraph } from './onnx-graph.ts';
import { withContext } from './onnx-nodes.ts';
import { OnnxReader } from './onnx-reader.ts';

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
    const { convChannels, convKernel } = this.#shape;
    const second = withContext(g, first, before.conv2, {
      taps: convKernel,
      channels: convChannels,
    });
    const convolved = g.node('Relu', [this.#affine(second.unfolded, 'conv2.kernel', 'conv2.bias')]);
    const lstm = this.#lstm(convolved, before.hidden, before.cell);
    const reader = new OnnxReader(g, this.#shape, this.#weights, this.#kernelConstant);
    const read = reader.read(lstm.outputs, this.#scores(lstm.outputs), before);
    const after: Partial<MemberParts> = {
      conv2: second.context,
      hidden: lstm.hidden,
      cell: lstm.cell,
      ...read.after,
    };
    return { logits: read.logits, after };
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
}
