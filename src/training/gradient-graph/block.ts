import type { WeightName } from '../../pipeline/network/weights.ts';
import type { OnnxGraph } from '../onnx-graph.ts';

/** The gradients of some weights, each the name of a value in the graph. */
export type WeightGradients = Partial<Record<WeightName, string>>;

/** One layer in a graph: what it gives, and the nodes that lead its gradient back. */
export interface Block {
  readonly output: string;
  /** From the gradient of `output` to those of the layer's input and weights. */
  backward(dOutput: string): { readonly dInput: string; readonly gradients: WeightGradients };
}

/** The last index and beyond: "up to the end" for Slice. */
const END = 2 ** 31 - 1;

/** Turns between `[T, B, C]` and `[T·B, C]`; T and B are known when the graph runs. */
export class Frames {
  readonly graph: OnnxGraph;
  readonly #sizes: string;

  /** `like` is any value whose first two dimensions are T and B. */
  constructor(graph: OnnxGraph, like: string) {
    this.graph = graph;
    this.#sizes = this.slice(graph.node('Shape', [like]), 0, 2);
  }

  /** `[T·B, width]` → `[T, B, width]` */
  unfold(rows: string, width: number): string {
    const g = this.graph;
    const shape = g.node('Concat', [this.#sizes, g.integers([width])], { axis: 0 });
    return g.node('Reshape', [rows, shape]);
  }

  /** `[T, B, width]` → `[T·B, width]` */
  fold(frames: string): string {
    return this.graph.node('Flatten', [frames], { axis: 2 });
  }

  /** `[B, width]` of zeros. */
  zeros(width: number): string {
    const g = this.graph;
    const shape = g.node('Concat', [this.slice(this.#sizes, 1, 2), g.integers([width])], {
      axis: 0,
    });
    return g.node('Expand', [g.scalar(0), shape]);
  }

  /** `x[start … end)` along the first axis; negative numbers count from the end. */
  slice(x: string, start: number, end = END): string {
    const g = this.graph;
    return g.node('Slice', [x, g.integers([start]), g.integers([end]), g.integers([0])]);
  }

  /** Moves `[T, B, C]` by whole frames: later for positive ones, zeros coming in. */
  shift(frames: string, by: number): string {
    const g = this.graph;
    if (by === 0) return frames;
    const kept = by > 0 ? this.slice(frames, 0, -by) : this.slice(frames, -by);
    const pads = by > 0 ? [by, 0, 0, 0, 0, 0] : [0, 0, 0, -by, 0, 0];
    return g.node('Pad', [kept, g.integers(pads)]);
  }
}

/** `matrix [M, N]` over the first axis of `x [N, B, width]`: `[M, B, width]`. */
export function overTime(frames: Frames, matrix: string, x: string, width: number): string {
  const g = frames.graph;
  const product = g.node('MatMul', [matrix, g.node('Flatten', [x], { axis: 1 })]);
  const columns = g.node('Shape', [frames.slice(x, 0, 1)]);
  const perClip = g.node('Slice', [columns, g.integers([1]), g.integers([2]), g.integers([0])]);
  const shape = g.node('Concat', [g.integers([-1]), perClip, g.integers([width])], { axis: 0 });
  return g.node('Reshape', [product, shape]);
}

/** x·kernel + bias over `[N, C]`. */
export function affine(g: OnnxGraph, x: string, kernel: WeightName, bias: WeightName): Block {
  return {
    output: g.node('Gemm', [x, kernel, bias]),
    backward: (d) => ({
      dInput: g.node('Gemm', [d, kernel], { transB: 1 }),
      gradients: {
        [kernel]: g.node('Gemm', [x, d], { transA: 1 }),
        [bias]: g.node('ReduceSum', [d, g.integers([0])], { keepdims: 1 }),
      },
    }),
  };
}

/** relu of x·kernel + bias. */
export function reluLayer(g: OnnxGraph, x: string, kernel: WeightName, bias: WeightName): Block {
  const layer = affine(g, x, kernel, bias);
  const output = g.node('Relu', [layer.output]);
  return {
    output,
    backward: (d) => layer.backward(g.node('Mul', [d, g.node('Sign', [output])])),
  };
}
