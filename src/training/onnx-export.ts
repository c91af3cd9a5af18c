import { LARGEST_EXPONENT } from '../pipeline/network/peak.ts';
import {
  centringDecayPerFrame,
  decayPerFrame,
  type NetworkShape,
  peakDecayPerFrame,
  type StatePart,
  stateLayout,
  stateSize,
} from '../pipeline/network/shape.ts';
import { VARIANCE_FLOOR } from '../pipeline/network/variance-floor.ts';
import { type WeightArrays, type WeightName, weightShapes } from '../pipeline/network/weights.ts';
import { floatKernel, type Kernel, type KernelConstant } from './kernel-constant.ts';
import { OnnxGraph } from './onnx-graph.ts';

/**
 * Writes the network's step (network.ts) as an ONNX graph over the same weights: inputs `frames
 * [B, T, F]` and `state [B, S]`, outputs `logits`, `scores`, `logNormaliser` and `state_after`, B
 * and T free. Rows are leg-major here, except for the LSTM operator, which wants time first.
 * `kernelConstant` puts the kernels into the graph; a compressed model brings its own.
 */
export function exportOnnx(
  shape: NetworkShape,
  weights: WeightArrays,
  kernelConstant: KernelConstant = floatKernel,
): Uint8Array {
  return new StepGraph(shape, weights, kernelConstant).build();
}

/** Past the last index: "up to the end" for Slice. */
const END = 2 ** 31 - 1;

class StepGraph {
  readonly #graph = new OnnxGraph();
  readonly #shape: NetworkShape;
  readonly #weights: WeightArrays;
  readonly #kernelConstant: KernelConstant;

  constructor(shape: NetworkShape, weights: WeightArrays, kernelConstant: KernelConstant) {
    this.#shape = shape;
    this.#weights = weights;
    this.#kernelConstant = kernelConstant;
  }

  build(): Uint8Array {
    const g = this.#graph;
    const shape = this.#shape;
    const frames = g.input('frames', ['B', 'T', shape.featureCount]);
    const before = this.#splitState(g.input('state', ['B', stateSize(shape)]));
    const shifted = g.node('Sub', [frames, this.#weight('input.mean')]);
    const normalised = g.node('Mul', [shifted, this.#weight('input.scale')]);
    const { input, ...heard } = this.#centre(normalised, before);
    const first = this.#convolve('conv1', input, before.conv1, shape.featureCount);
    const second = this.#convolve('conv2', first.output, before.conv2, shape.convChannels);
    const lstm = this.#lstm(second.output, before.hidden, before.cell);
    const scores = this.#scores(lstm.outputs);
    const sums = this.#addToSums(lstm.outputs, scores, before);
    const peak = shape.peakSharpness > 0 ? this.#addToPeak(lstm.outputs, before) : undefined;
    const after: Partial<Record<StatePart['name'], string>> = {
      ...heard,
      conv1: first.context,
      conv2: second.context,
      hidden: lstm.hidden,
      cell: lstm.cell,
      ...sums,
      ...peak,
    };
    const parts = stateLayout(shape).map((part) => after[part.name]!);
    const logNormaliser = g.node('Add', [sums.maximum, g.node('Log', [sums.denominator])]);
    g.output('logits', this.#head(sums, peak), ['B', shape.labelCount]);
    g.output('scores', scores, ['B', 'T']);
    g.output('logNormaliser', g.node('Squeeze', [logNormaliser, g.integers([1])]), ['B']);
    g.output('state_after', g.node('Concat', parts, { axis: 1 }), ['B', stateSize(shape)]);
    return g.encode('tonewire-step');
  }

  /** A weight as a constant of the graph; a vector loses its leading 1. */
  #weight(name: WeightName): string {
    const [rows, columns] = weightShapes(this.#shape)[name];
    return this.#graph.floats(this.#weights[name], rows === 1 ? [columns] : [rows, columns]);
  }

  #splitState(state: string): Record<StatePart['name'], string> {
    const layout = stateLayout(this.#shape);
    const sizes = this.#graph.integers(layout.map((part) => part.size));
    const parts = this.#graph.nodes('Split', [state, sizes], layout.length, { axis: 1 });
    const named = layout.map((part, i) => [part.name, parts[i]!]);
    return Object.fromEntries(named) as Record<StatePart['name'], string>;
  }

  #slice(x: string, start: number, end: number, axis: number): string {
    const g = this.#graph;
    return g.node('Slice', [x, g.integers([start]), g.integers([end]), g.integers([axis])]);
  }

  /** The running mean of centring.ts, over `[B, T, F]`. */
  #centre(x: string, before: Record<StatePart['name'], string>) {
    const g = this.#graph;
    const decay = centringDecayPerFrame(this.#shape);
    const one = g.integers([1], []);
    const frameCount = g.node('Gather', [g.node('Shape', [x]), one]);
    const range = g.node('Range', [one, g.node('Add', [frameCount, one]), one]);
    const elapsed = g.node('Mul', [g.node('Cast', [range], { to: 1 }), g.scalar(decay)]);
    const fade = g.node('Exp', [g.node('Neg', [elapsed])]);
    const column = (row: string) => g.node('Unsqueeze', [row, g.integers([1])]);
    const grown = g.node('Mul', [x, column(g.node('Exp', [elapsed]))]);
    const summed = g.node('Add', [
      g.node('CumSum', [grown, one]),
      g.node('Unsqueeze', [before.heardSum, g.integers([1])]),
    ]);
    const sums = g.node('Mul', [summed, column(fade)]);
    const fresh = g.node('Div', [
      g.node('Sub', [g.scalar(1), fade]),
      g.scalar(1 - Math.exp(-decay)),
    ]);
    const counts = g.node('Add', [g.node('Mul', [before.heard, fade]), fresh]);
    const divisor = g.node('Add', [counts, g.scalar(this.#shape.centringPriorFrames)]);
    const means = g.node('Div', [sums, g.node('Unsqueeze', [divisor, g.integers([2])])]);
    const masked = g.node('Mul', [means, this.#weight('input.centre')]);
    return {
      input: g.node('Sub', [x, masked]),
      heard: this.#slice(counts, -1, END, 1),
      heardSum: g.node('Squeeze', [this.#slice(sums, -1, END, 1), g.integers([1])]),
    };
  }

  /** relu(causal convolution) of `[B, T, C]`, and the context for the next step, `[B, (K−1)·C]`. */
  #convolve(name: 'conv1' | 'conv2', x: string, contextPart: string, channels: number) {
    const g = this.#graph;
    const taps = this.#shape.convKernel;
    const context = g.node('Reshape', [contextPart, g.integers([0, taps - 1, channels])]);
    const padded = g.node('Concat', [context, x], { axis: 1 });
    const shifted = Array.from({ length: taps }, (_, k) =>
      this.#slice(padded, k, k === taps - 1 ? END : k - taps + 1, 1),
    );
    const unfolded = g.node('Concat', shifted, { axis: 2 });
    const output = g.node('Relu', [this.#affine(unfolded, `${name}.kernel`, `${name}.bias`)]);
    const last = this.#slice(padded, 1 - taps, END, 1);
    return { output, context: g.node('Flatten', [last], { axis: 1 }) };
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
  #addToSums(outputs: string, scores: string, before: Record<StatePart['name'], string>) {
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
  #addToPeak(outputs: string, before: Record<StatePart['name'], string>) {
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
