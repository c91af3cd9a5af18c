import type { WeightName } from '../pipeline/network/weights.ts';
import type { OnnxGraph } from './onnx-graph.ts';

/** A weight matrix `[rows, columns]`, row-major: `x·kernel`. */
export interface Kernel {
  readonly name: WeightName;
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** Puts a kernel into a graph, as floats or as a compressed model holds it: a value `[rows, columns]`. */
export type KernelConstant = (graph: OnnxGraph, kernel: Kernel) => string;

export const floatKernel: KernelConstant = (graph, { values, rows, columns }) =>
  graph.floats(values, [rows, columns]);
