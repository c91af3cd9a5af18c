import type { OnnxGraph } from './onnx-graph.ts';

/** Past the last index: "up to the end" for Slice. */
export const END = 2 ** 31 - 1;

/** `x[start … end)` along one axis; negative numbers count from the end. */
export function sliceAxis(
  g: OnnxGraph,
  x: string,
  [start, end]: readonly [number, number],
  axis: number,
): string {
  return g.node('Slice', [x, g.integers([start]), g.integers([end]), g.integers([axis])]);
}

/**
 * Frames `[B, T, C]` after those of a context `[B, (K−1)·C]`, K successive ones side by side,
 * `[B, T, K·C]`, so that a causal convolution is a product; and the context for the next step.
 */
export function withContext(
  g: OnnxGraph,
  x: string,
  contextPart: string,
  { taps, channels }: { readonly taps: number; readonly channels: number },
) {
  const context = g.node('Reshape', [contextPart, g.integers([0, taps - 1, channels])]);
  const padded = g.node('Concat', [context, x], { axis: 1 });
  const shifted = Array.from({ length: taps }, (_, k) =>
    sliceAxis(g, padded, [k, k === taps - 1 ? END : k - taps + 1], 1),
  );
  const last = sliceAxis(g, padded, [1 - taps, END], 1);
  return {
    unfolded: g.node('Concat', shifted, { axis: 2 }),
    context: g.node('Flatten', [last], { axis: 1 }),
  };
}
