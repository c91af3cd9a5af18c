import { VARIANCE_FLOOR } from '../../pipeline/network/variance-floor.ts';
import { affine, type Block, type Frames, overTime } from './block.ts';

/** What the pooling over clips needs beside the frames. */
export interface ReadoutInputs {
  /** `[T, B, 1]`: 1 where a clip has a frame. */
  readonly present: string;
  /** `[R, T]`: what a frame's weight has faded to at a readout; 0 after it. */
  readonly fade: string;
}

/** `[T, B, H]` → scores `[T, B, 1]`: v·tanh(W·h + b) (Bahdanau et al. 2015). */
function attentionScores(frames: Frames, hidden: string, units: number): Block {
  const g = frames.graph;
  const layer = affine(g, frames.fold(hidden), 'attention.kernel', 'attention.bias');
  const squashed = g.node('Tanh', [layer.output]);
  return {
    output: frames.unfold(g.node('MatMul', [squashed, 'attention.vector']), 1),
    backward: (d) => {
      const rows = frames.fold(d);
      const dSquashed = g.node('Gemm', [rows, 'attention.vector'], { transB: 1 });
      const slope = g.node('Sub', [g.scalar(1), g.node('Mul', [squashed, squashed])]);
      const { dInput, gradients } = layer.backward(g.node('Mul', [dSquashed, slope]));
      const dVector = g.node('Gemm', [squashed, rows], { transA: 1 });
      return {
        dInput: frames.unfold(dInput, units),
        gradients: { ...gradients, 'attention.vector': dVector },
      };
    },
  };
}

/** Means and deviations at the readouts, and what their gradients need. */
export interface Moments {
  readonly denominator: string;
  readonly mean: string;
  readonly moment: string;
  readonly variance: string;
  readonly deviation: string;
}

/** The running attention of network/pooling.ts read out R times: `[T, B, H]` → `[R, B, 2H]`. */
export function attentionPooling(
  frames: Frames,
  hidden: string,
  inputs: ReadoutInputs,
  units: number,
): Block {
  const g = frames.graph;
  const mul = (a: string, b: string) => g.node('Mul', [a, b]);
  const scores = attentionScores(frames, hidden, units);
  const absent = mul(g.node('Sub', [inputs.present, g.scalar(1)]), g.scalar(1e9));
  const masked = g.node('Add', [scores.output, absent]);
  const highest = g.node('ReduceMax', [masked], { axes: [0], keepdims: 1 });
  const weights = g.node('Exp', [g.node('Sub', [masked, highest])]);
  const weighted = mul(weights, hidden);
  const moments = readMoments(frames, inputs.fade, units, {
    weights,
    weighted,
    squared: mul(weighted, hidden),
  });
  const { mean, deviation } = moments;
  return {
    output: g.node('Concat', [mean, deviation], { axis: 2 }),
    backward: (d) => {
      const sums = sumGradients(frames, d, moments, units);
      const fadeBack = g.node('Transpose', [inputs.fade], { perm: [1, 0] });
      const spread = (x: string, width: number) => overTime(frames, fadeBack, x, width);
      const first = spread(sums.numerator, units);
      const second = mul(spread(sums.square, units), hidden);
      const both = g.node('Add', [first, second]);
      const perFrame = g.node('ReduceSum', [mul(both, hidden), g.integers([2])], { keepdims: 1 });
      const ofScore = g.node('Add', [perFrame, spread(sums.denominator, 1)]);
      const throughScores = scores.backward(mul(weights, ofScore));
      const direct = mul(weights, g.node('Add', [both, second]));
      return {
        dInput: g.node('Add', [direct, throughScores.dInput]),
        gradients: throughScores.gradients,
      };
    },
  };
}

/** From the terms of every frame, `[T, B, ·]`, to the moments at every readout, `[R, B, ·]`. */
export function readMoments(
  frames: Frames,
  fade: string,
  units: number,
  terms: { readonly weights: string; readonly weighted: string; readonly squared: string },
): Moments {
  const g = frames.graph;
  const sum = (x: string, width: number) => overTime(frames, fade, x, width);
  // A readout whose every weight underflowed beside a far later maximum must not divide by zero.
  const denominator = g.node('Max', [sum(terms.weights, 1), g.scalar(1e-30)]);
  const mean = g.node('Div', [sum(terms.weighted, units), denominator]);
  const moment = g.node('Div', [sum(terms.squared, units), denominator]);
  const variance = g.node('Relu', [g.node('Sub', [moment, g.node('Mul', [mean, mean])])]);
  const deviation = g.node('Sqrt', [g.node('Add', [variance, g.scalar(VARIANCE_FLOOR)])]);
  return { denominator, mean, moment, variance, deviation };
}

/** From the gradient of `[mean, deviation]` to those of the three running sums, `[R, B, ·]`. */
function sumGradients(frames: Frames, d: string, moments: Moments, units: number) {
  const g = frames.graph;
  const { denominator, mean, moment, variance, deviation } = moments;
  const mul = (a: string, b: string) => g.node('Mul', [a, b]);
  const widths = g.integers([units, units]);
  const [dMean, dDeviation] = g.nodes('Split', [d, widths], 2, { axis: 2 });
  const half = g.node('Div', [dDeviation!, mul(deviation, g.scalar(2))]);
  const dMoment = mul(half, g.node('Sign', [variance]));
  const dWholeMean = g.node('Sub', [dMean!, mul(mul(mean, g.scalar(2)), dMoment)]);
  const ratios = g.node('Add', [mul(dWholeMean, mean), mul(dMoment, moment)]);
  const summed = g.node('ReduceSum', [ratios, g.integers([2])], { keepdims: 1 });
  return {
    numerator: g.node('Div', [dWholeMean, denominator]),
    square: g.node('Div', [dMoment, denominator]),
    denominator: g.node('Neg', [g.node('Div', [summed, denominator])]),
  };
}
