import type { NetworkShape } from '../../pipeline/network/shape.ts';
import { type ReadoutInputs, readMoments } from './attention.ts';
import type { Block, Frames } from './block.ts';
import { peakPooling } from './peak.ts';

/**
 * The standardised statistics of network/statistics.ts read out R times: normalised frames
 * `[T, B, F]` → `[R, B, 3F]`. `shape` is the statistics' own. The way back ends here.
 */
export function statisticsPooling(
  frames: Frames,
  input: string,
  inputs: ReadoutInputs,
  { hiddenUnits, peakSharpness }: NetworkShape,
): Block {
  const g = frames.graph;
  const weighted = g.node('Mul', [input, inputs.present]);
  const { mean, deviation } = readMoments(frames, inputs.fade, hiddenUnits, {
    weights: inputs.present,
    weighted,
    squared: g.node('Mul', [weighted, input]),
  });
  const peakInputs = { present: inputs.present, fade: g.input('peakFade', ['R', 'T']) };
  const peak = peakPooling(frames, input, peakInputs, hiddenUnits, peakSharpness);
  const pooled = g.node('Concat', [mean, deviation, peak.output], { axis: 2 });
  const shifted = g.node('Sub', [pooled, 'statistics.mean']);
  return {
    output: g.node('Mul', [shifted, 'statistics.scale']),
    backward: (d) => ({ dInput: d, gradients: {} }),
  };
}
