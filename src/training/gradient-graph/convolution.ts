import type { WeightName } from '../../pipeline/network/weights.ts';
import { type Block, type Frames, reluLayer } from './block.ts';

export interface ConvolutionSize {
  /** Frames that an output sees: its own and those before it. */
  readonly taps: number;
  /** Width of the input. */
  readonly channels: number;
  /** Width of the output. */
  readonly units: number;
}

/** relu of a causal convolution over `[T, B, channels]`, from a standing start: `[T, B, units]`. */
export function convolution(
  frames: Frames,
  x: string,
  name: 'conv1' | 'conv2',
  size: ConvolutionSize,
): Block {
  const g = frames.graph;
  const { taps, channels, units } = size;
  // Tap k sees the frame taps − 1 − k before; a kernel's rows lie tap by tap, the oldest first.
  const delays = Array.from({ length: taps }, (_, k) => taps - 1 - k);
  const seen = g.node(
    'Concat',
    delays.map((delay) => frames.shift(x, delay)),
    { axis: 2 },
  );
  const kernel: WeightName = `${name}.kernel`;
  const layer = reluLayer(g, frames.fold(seen), kernel, `${name}.bias`);
  return {
    output: frames.unfold(layer.output, units),
    backward: (d) => {
      const { dInput, gradients } = layer.backward(frames.fold(d));
      const dSeen = frames.unfold(dInput, taps * channels);
      const widths = g.integers(delays.map(() => channels));
      const parts = g.nodes('Split', [dSeen, widths], taps, { axis: 2 });
      const back = parts.map((part, k) => frames.shift(part, -delays[k]!));
      return { dInput: g.node('Sum', back), gradients };
    },
  };
}
