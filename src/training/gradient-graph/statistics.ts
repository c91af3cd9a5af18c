import type { NetworkShape } from '../../pipeline/network/shape.ts';
import { CORRELATION_FLOOR } from '../../pipeline/network/variance-floor.ts';
import { sliceAxis } from '../onnx-nodes.ts';
import { type Moments, type ReadoutInputs, readMoments } from './attention.ts';
import { type Block, type Frames, overTime } from './block.ts';
import { peakPooling } from './peak.ts';

/**
 * The standardised statistics of network/statistics.ts read out R times: normalised frames
 * `[T, B, F]` → `[R, B, (3 + K)·F]`. `shape` is the statistics' own. The way back ends here.
 */
export function statisticsPooling(
  frames: Frames,
  input: string,
  inputs: ReadoutInputs,
  { hiddenUnits, statisticsReferences, peakSharpness }: NetworkShape,
): Block {
  const g = frames.graph;
  const weighted = g.node('Mul', [input, inputs.present]);
  const moments = readMoments(frames, inputs.fade, hiddenUnits, {
    weights: inputs.present,
    weighted,
    squared: g.node('Mul', [weighted, input]),
  });
  const peakInputs = { present: inputs.present, fade: g.input('peakFade', ['R', 'T']) };
  const peak = peakPooling(frames, input, peakInputs, hiddenUnits, peakSharpness);
  const correlations = statisticsReferences.map((reference) => {
    const product = g.node('Mul', [weighted, column(frames, input, reference)]);
    const sum = overTime(frames, inputs.fade, product, hiddenUnits);
    return correlation(frames, moments, sum, reference);
  });
  const parts = [moments.mean, moments.deviation, ...correlations, peak.output];
  const pooled = g.node('Concat', parts, { axis: 2 });
  const shifted = g.node('Sub', [pooled, 'statistics.mean']);
  return {
    output: g.node('Mul', [shifted, 'statistics.scale']),
    backward: (d) => ({ dInput: d, gradients: {} }),
  };
}

/** The correlation with one reference (network/correlations.ts), from Σ w·h_r·h: all `[R, B, H]`. */
function correlation(
  frames: Frames,
  { denominator, mean, variance }: Moments,
  sum: string,
  reference: number,
): string {
  const g = frames.graph;
  const pairs = (x: string) => g.node('Mul', [x, column(frames, x, reference)]);
  const covariance = g.node('Sub', [g.node('Div', [sum, denominator]), pairs(mean)]);
  const spread = g.node('Sqrt', [g.node('Add', [variance, g.scalar(CORRELATION_FLOOR)])]);
  return g.node('Div', [covariance, pairs(spread)]);
}

/** One unit, `[·, B, 1]`. */
function column({ graph }: Frames, x: string, unit: number): string {
  return sliceAxis(graph, x, [unit, unit + 1], 2);
}
