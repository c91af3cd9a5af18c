import type { WeightName } from '../pipeline/network/weights.ts';
import type { OnnxGraph } from './onnx-graph.ts';

/** A weight matrix `[rows, columns]`, row-major: `x·kernel`. */
export interface Kernel {
  readonly name: WeightName;
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** What ONNX's LSTM takes. Names are values of the graph; gates lie in the order iofc. */
export interface LstmInputs {
  /** `[T, B, C]` */
  readonly x: string;
  /** `[C, 4H]` */
  readonly kernel: Kernel;
  /** `[H, 4H]` */
  readonly recurrent: Kernel;
  /** `[8H]` */
  readonly bias: Float32Array;
  /** `[1, B, H]` */
  readonly hidden: string;
  /** `[1, B, H]` */
  readonly cell: string;
  /** H */
  readonly units: number;
}

/** How the step graph multiplies by its weights: in floats, or in what a compressed model holds. */
export interface WeightOperators {
  /** `x·kernel`: `[…, rows]` → `[…, columns]`. */
  product(graph: OnnxGraph, x: string, kernel: Kernel): string;
  /** All outputs `[T, 1, B, H]`, the last hidden vector and the last cell, `[1, B, H]` each. */
  lstm(graph: OnnxGraph, inputs: LstmInputs): readonly [string, string, string];
}

/** `[rows, columns]` → `[columns, rows]`. */
export function transposed<T extends Float32Array | Int8Array>(
  values: T,
  rows: number,
  columns: number,
): T {
  const turned = values.slice() as T;
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) turned[c * rows + r] = values[r * columns + c]!;
  }
  return turned;
}

function gateRows(graph: OnnxGraph, { values, rows, columns }: Kernel): string {
  return graph.floats(transposed(values, rows, columns), [1, columns, rows]);
}

export const FLOAT_OPERATORS: WeightOperators = {
  product: (graph, x, { values, rows, columns }) =>
    graph.node('MatMul', [x, graph.floats(values, [rows, columns])]),
  lstm: (graph, { x, kernel, recurrent, bias, hidden, cell, units }) =>
    graph.nodes(
      'LSTM',
      [
        x,
        gateRows(graph, kernel),
        gateRows(graph, recurrent),
        graph.floats(bias, [1, bias.length]),
        '',
        hidden,
        cell,
      ],
      3,
      { hidden_size: units },
    ) as [string, string, string],
};
