/**
 * Weights as 8-bit integers with one scale a column (an output of the layer), symmetric about zero:
 * w ≈ q·scale (Krishnamoorthi, "Quantizing deep convolutional networks for efficient inference",
 * 2018, arXiv 1806.08342, §3).
 */
export interface QuantizedKernel {
  /** `[rows, columns]`, row-major, within ±LARGEST_LEVEL. */
  readonly levels: Int8Array;
  /** `[columns]`, above zero. */
  readonly scales: Float32Array;
}

/** The same on both sides of zero: −128 is not used. */
export const LARGEST_LEVEL = 127;

/** A column of nothing needs a scale too; far below it floats lose their digits. */
const SMALLEST_SCALE = 1e-30;

/** Rounds `values[rows, columns]` to the nearest level; no weight moves by more than half its column's scale. */
export function quantize(values: Float32Array, columns: number): QuantizedKernel {
  const largest = new Float32Array(columns);
  values.forEach((value, i) => {
    largest[i % columns] = Math.max(largest[i % columns]!, Math.abs(value));
  });
  const scales = largest.map((value) => Math.max(value / LARGEST_LEVEL, SMALLEST_SCALE));
  const levels = Int8Array.from(values, (value, i) => {
    const level = Math.round(value / scales[i % columns]!);
    return Math.max(-LARGEST_LEVEL, Math.min(LARGEST_LEVEL, level));
  });
  return { levels, scales };
}

/** The floats that the levels stand for, `[rows, columns]`. */
export function dequantize({ levels, scales }: QuantizedKernel): Float32Array {
  return Float32Array.from(levels, (level, i) => level * scales[i % scales.length]!);
}
