import { CONTRIB_DOMAIN, type OnnxGraph } from '../training/onnx-graph.ts';
import {
  FLOAT_OPERATORS,
  type Kernel,
  type WeightOperators,
} from '../training/weight-operators.ts';
import { KERNEL_NAMES } from './kernel-names.ts';
import { quantize } from './quantize.ts';

/** ONNX's number for float32. */
const FLOAT = 1;

/** A kernel's levels and scales as constants, with `leading` dimensions before theirs. */
function quantizedConstants(graph: OnnxGraph, kernel: Kernel, leading: readonly number[]) {
  const { rows, columns, values } = kernel;
  const { levels, scales } = quantize(values, columns);
  return {
    levels: graph.bytes(levels, [...leading, rows, columns]),
    scales: graph.floats(scales, [...leading, columns]),
  };
}

/** The zero points of symmetric columns, which are zeros, but have to be there. */
function zeroPoints(graph: OnnxGraph, { columns }: Kernel, leading: readonly number[]): string {
  return graph.bytes(new Int8Array(columns), [...leading, columns]);
}

/** The kernel as floats again, `[rows, columns]`; ONNX Runtime computes this once, at loading. */
function dequantized(graph: OnnxGraph, kernel: Kernel): string {
  const { levels, scales } = quantizedConstants(graph, kernel, []);
  return graph.node('Mul', [graph.node('Cast', [levels], { to: FLOAT }), scales]);
}

/** As INT8_OPERATORS in the file, as floats in memory: smaller, no faster, legs apart. */
export const INT8_WEIGHT_OPERATORS: WeightOperators = {
  product(graph, x, kernel) {
    if (!KERNEL_NAMES.has(kernel.name)) return FLOAT_OPERATORS.product(graph, x, kernel);
    return graph.node('MatMul', [x, dequantized(graph, kernel)]);
  },
  lstm(graph, { x, kernel, recurrent, bias, hidden, cell, units }) {
    const gateRows = (gates: Kernel) => {
      const turned = graph.node('Transpose', [dequantized(graph, gates)], { perm: [1, 0] });
      return graph.node('Unsqueeze', [turned, graph.integers([0])]);
    };
    const biases = graph.floats(bias, [1, bias.length]);
    return graph.nodes(
      'LSTM',
      [x, gateRows(kernel), gateRows(recurrent), biases, '', hidden, cell],
      3,
      { hidden_size: units },
    ) as [string, string, string];
  },
};

/**
 * Multiplies in 8-bit integers by ONNX Runtime's own operators: they round the activations to 8
 * bits at run time, by the range that a whole batch has just then, and give floats again. So legs
 * of one batch touch each other, if only by rounding; INT8_WEIGHT_OPERATORS keep them apart.
 *
 * Chosen by measurement (x86-64 with AVX2, without VNNI, batches of 64): integer products alone or
 * an integer LSTM alone gain less than both together, which take a fifth off. What keeps legs
 * apart gains little or nothing: a range a frame is slower than floats; an LSTM of single integer
 * products in a Scan is slower for one leg; fixed ranges would need recordings to find them.
 */
export const INT8_OPERATORS: WeightOperators = {
  product(graph, x, kernel) {
    if (!KERNEL_NAMES.has(kernel.name)) return FLOAT_OPERATORS.product(graph, x, kernel);
    const { levels, scales } = quantizedConstants(graph, kernel, []);
    const inputs = [x, levels, scales, zeroPoints(graph, kernel, [])];
    return graph.node('DynamicQuantizeMatMul', inputs, {}, CONTRIB_DOMAIN);
  },
  lstm(graph, { x, kernel, recurrent, bias, hidden, cell, units }) {
    const w = quantizedConstants(graph, kernel, [1]);
    const r = quantizedConstants(graph, recurrent, [1]);
    const biases = graph.floats(bias, [1, bias.length]);
    const state = [biases, '', hidden, cell, ''];
    const wZeros = zeroPoints(graph, kernel, [1]);
    const rZeros = zeroPoints(graph, recurrent, [1]);
    const scales = [w.scales, wZeros, r.scales, rZeros];
    return graph.nodes(
      'DynamicQuantizeLSTM',
      [x, w.levels, r.levels, ...state, ...scales],
      3,
      { hidden_size: units },
      CONTRIB_DOMAIN,
    ) as [string, string, string];
  },
};
