import { floatKernel, type KernelConstant } from '../training/kernel-constant.ts';
import { KERNEL_NAMES } from './kernel-names.ts';
import { quantize } from './quantize.ts';

/** ONNX's number for float32. */
const FLOAT = 1;

/**
 * Integers in the file, floats in memory: ONNX Runtime multiplies them by their scales once, at
 * loading. `DequantizeLinear` would say the same, but is computed anew in every step.
 *
 * Why the products are floats too: ONNX Runtime's integer ones round the activations by the range
 * that a whole batch has just then, and the legs of a batch must not touch each other.
 */
export const int8Kernel: KernelConstant = (graph, kernel) => {
  if (!KERNEL_NAMES.has(kernel.name)) return floatKernel(graph, kernel);
  const { rows, columns, values } = kernel;
  const { levels, scales } = quantize(values, columns);
  const integers = graph.node('Cast', [graph.bytes(levels, [rows, columns])], { to: FLOAT });
  return graph.node('Mul', [integers, graph.floats(scales, [columns])]);
};
