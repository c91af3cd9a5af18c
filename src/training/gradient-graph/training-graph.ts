import {
  type NetworkShape,
  pooledSize,
  statisticsShape,
  trainedReader,
} from '../../pipeline/network/shape.ts';
import { learnedNames, presentNames, weightShapes } from '../../pipeline/network/weights.ts';
import { OnnxGraph } from '../onnx-graph.ts';
import { attentionPooling, type ReadoutInputs } from './attention.ts';
import { affine, type Block, Frames, reluLayer, type WeightGradients } from './block.ts';
import { convolution } from './convolution.ts';
import { lstm } from './lstm.ts';
import { peakPooling } from './peak.ts';
import { statisticsPooling } from './statistics.ts';

/** Name of the output that holds a weight's gradient. */
export const gradientName = (weight: string) => `d.${weight}`;

/**
 * The network's training pass (`readouts` of network.ts) as an ONNX graph, its gradient written out
 * beside it: weights, frames `[B, T, F]` and targets in, loss and gradients out. T, B and the
 * number of readouts R are free. With `gradients: false` it ends at the logits `[R, B, labels]`.
 */
export function trainingGraph(shape: NetworkShape, options: { gradients: boolean }): Uint8Array {
  const g = new OnnxGraph();
  for (const name of presentNames(shape)) g.input(name, weightShapes(shape)[name]);
  const pooled = shape.members === 0 ? statistics(g, shape, options) : member(g, shape, options);
  const rows = new Frames(g, pooled.output);
  const { dense, output } = headOf(rows, shape, pooled.output, options);
  const logits = rows.unfold(output.output, shape.labelCount);
  if (!options.gradients) {
    g.output('logits', logits, ['R', 'B', shape.labelCount]);
    return g.encode('tonewire-readouts');
  }
  const loss = crossEntropy(g, logits, shape.labelCount);
  g.output('loss', loss.output, []);
  const first = output.backward(rows.fold(loss.dLogits));
  const second = dense.backward(first.dInput);
  const below = pooled.backward(rows.unfold(second.dInput, pooledSize(trainedReader(shape))));
  declareGradients(g, shape, { ...first.gradients, ...second.gradients, ...below.gradients });
  return g.encode('tonewire-training');
}

/** All of a member below its head: `[R, B, pooled]`. */
function member(g: OnnxGraph, shape: NetworkShape, options: { gradients: boolean }): Block {
  const { convChannels, hiddenUnits } = shape;
  const input = centred(g, shape);
  const frames = new Frames(g, input);
  const readoutInputs = declareReadouts(g);
  const mask = (name: string, width: number) =>
    options.gradients ? g.input(name, [1, 'B', width]) : null;
  const taps = shape.convKernel;
  const size1 = { taps, channels: shape.featureCount, units: convChannels };
  const conv1 = dropped(g, convolution(frames, input, 'conv1', size1), mask('drop1', convChannels));
  const size2 = { taps, channels: convChannels, units: convChannels };
  const conv2 = dropped(
    g,
    convolution(frames, conv1.output, 'conv2', size2),
    mask('drop2', convChannels),
  );
  const recurrent = lstm(frames, conv2.output, convChannels, hiddenUnits);
  const hidden = shape.residual
    ? g.node('Add', [recurrent.output, conv2.output])
    : recurrent.output;
  const pooling = poolAll(frames, hidden, readoutInputs, shape);
  const pooled = dropped(g, pooling, mask('dropPooled', pooledSize(trainedReader(shape))));
  return {
    output: pooled.output,
    backward: (d) => {
      const third = pooled.backward(d);
      const fourth = recurrent.backward(third.dInput);
      const dConv2 = shape.residual ? g.node('Add', [fourth.dInput, third.dInput]) : fourth.dInput;
      const fifth = conv2.backward(dConv2);
      const last = conv1.backward(fifth.dInput);
      const steps = [third, fourth, fifth, last];
      const gradients = Object.assign({}, ...steps.map((step) => step.gradients));
      return { dInput: last.dInput, gradients };
    },
  };
}

/** All of the statistics (network/statistics.ts) below their head, where nothing is learned: `[R, B, pooled]`. */
function statistics(g: OnnxGraph, shape: NetworkShape, options: { gradients: boolean }): Block {
  const input = normalised(g, shape);
  const frames = new Frames(g, input);
  const readoutInputs = declareReadouts(g);
  const pooling = statisticsPooling(frames, input, readoutInputs, statisticsShape(shape));
  const width = pooledSize(trainedReader(shape));
  return dropped(g, pooling, options.gradients ? g.input('dropPooled', [1, 'B', width]) : null);
}

/** The head over `pooled [R, B, pooled]`: a dense layer and the output over `[R·B, ·]`. */
function headOf(
  rows: Frames,
  shape: NetworkShape,
  pooled: string,
  options: { gradients: boolean },
): { readonly dense: Block; readonly output: Block } {
  const g = rows.graph;
  const prefix = shape.members === 0 ? 'statistics.' : '';
  const units = trainedReader(shape).denseUnits;
  const layer = reluLayer(g, rows.fold(pooled), `${prefix}dense.kernel`, `${prefix}dense.bias`);
  const unfolded: Block = {
    output: rows.unfold(layer.output, units),
    backward: (d) => layer.backward(rows.fold(d)),
  };
  const dense = dropped(
    g,
    unfolded,
    options.gradients ? g.input('dropDense', [1, 'B', units]) : null,
  );
  const input = rows.fold(dense.output);
  const output = affine(g, input, `${prefix}output.kernel`, `${prefix}output.bias`);
  return {
    dense: { output: input, backward: (d) => dense.backward(rows.unfold(d, units)) },
    output,
  };
}

function declareReadouts(g: OnnxGraph): ReadoutInputs {
  return { present: g.input('present', ['T', 'B', 1]), fade: g.input('fade', ['R', 'T']) };
}

function declareGradients(g: OnnxGraph, shape: NetworkShape, gradients: WeightGradients): void {
  const shapes = weightShapes(shape);
  for (const name of learnedNames(shape))
    g.output(gradientName(name), gradients[name]!, shapes[name]);
}

/** What the head reads, `[T, B, H]` → `[R, B, pooled]`: the attention's statistics, and the peak if there is one. */
function poolAll(
  frames: Frames,
  hidden: string,
  inputs: ReadoutInputs,
  { hiddenUnits, peakSharpness }: NetworkShape,
): Block {
  const attention = attentionPooling(frames, hidden, inputs, hiddenUnits);
  if (peakSharpness === 0) return attention;
  const g = frames.graph;
  const peakInputs = { present: inputs.present, fade: g.input('peakFade', ['R', 'T']) };
  const peak = peakPooling(frames, hidden, peakInputs, hiddenUnits, peakSharpness);
  return {
    output: g.node('Concat', [attention.output, peak.output], { axis: 2 }),
    backward: (d) => {
      const widths = g.integers([2 * hiddenUnits, hiddenUnits]);
      const [dStatistics, dPeak] = g.nodes('Split', [d, widths], 2, { axis: 2 });
      const first = attention.backward(dStatistics!);
      const second = peak.backward(dPeak!);
      return {
        dInput: g.node('Add', [first.dInput, second.dInput]),
        gradients: first.gradients,
      };
    },
  };
}

/**
 * The input normalised and centred (network/centring.ts), `[T, B, F]`. What depends on time only
 * comes from outside: `grow` e^(λt), `shrink` e^(−λt), `divisor` prior + count, `[T, 1, 1]` each.
 */
function centred(g: OnnxGraph, shape: NetworkShape): string {
  const input = normalised(g, shape);
  const overTime = (name: string) => g.input(name, ['T', 1, 1]);
  const grown = g.node('Mul', [input, overTime('grow')]);
  const summed = g.node('CumSum', [grown, g.integers([0], [])]);
  const sums = g.node('Mul', [summed, overTime('shrink')]);
  const means = g.node('Div', [sums, overTime('divisor')]);
  return g.node('Sub', [input, g.node('Mul', [means, 'input.centre'])]);
}

/** The input normalised, `[T, B, F]`. */
function normalised(g: OnnxGraph, shape: NetworkShape): string {
  const frames = g.input('frames', ['B', 'T', shape.featureCount]);
  const timeMajor = g.node('Transpose', [frames], { perm: [1, 0, 2] });
  return g.node('Mul', [g.node('Sub', [timeMajor, 'input.mean']), 'input.scale']);
}

/** A block behind dropout; `mask` holds 0 or 1/(1 − rate) and is the same at every frame. */
function dropped(g: OnnxGraph, block: Block, mask: string | null): Block {
  if (mask === null) return block;
  return {
    output: g.node('Mul', [block.output, mask]),
    backward: (d) => block.backward(g.node('Mul', [d, mask])),
  };
}

/** Cross-entropy against `wanted [R, B, labels]`, as loss.ts has it, and its gradient. */
function crossEntropy(g: OnnxGraph, logits: string, labelCount: number) {
  const wanted = g.input('wanted', ['R', 'B', labelCount]);
  const offsets = g.input('offsets', ['R', 'B', labelCount]);
  const weights = g.input('rowWeights', ['R', 'B', 1]);
  const allowed = g.node('Add', [logits, offsets]);
  const probabilities = g.node('Softmax', [allowed], { axis: 2 });
  const logarithms = g.node('Log', [g.node('Add', [probabilities, g.scalar(1e-12)])]);
  const hits = g.node('Mul', [weights, g.node('Mul', [wanted, logarithms])]);
  const total = g.node('ReduceSum', [hits], { keepdims: 0 });
  return {
    output: g.node('Neg', [total]),
    dLogits: g.node('Mul', [weights, g.node('Sub', [probabilities, wanted])]),
  };
}
