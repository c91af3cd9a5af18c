import { type NetworkShape, pooledSize } from '../../pipeline/network/shape.ts';
import { LEARNED_NAMES, WEIGHT_NAMES, weightShapes } from '../../pipeline/network/weights.ts';
import { OnnxGraph } from '../onnx-graph.ts';
import { attentionPooling, type ReadoutInputs } from './attention.ts';
import { affine, type Block, Frames, reluLayer, type WeightGradients } from './block.ts';
import { convolution } from './convolution.ts';
import { lstm } from './lstm.ts';
import { peakPooling } from './peak.ts';

/** Name of the output that holds a weight's gradient. */
export const gradientName = (weight: string) => `d.${weight}`;

/**
 * The network's training pass (`readouts` of network.ts) as an ONNX graph, its gradient written out
 * beside it: weights, frames `[B, T, F]` and targets in, loss and gradients out. T, B and the
 * number of readouts R are free. With `gradients: false` it ends at the logits `[R, B, labels]`.
 */
export function trainingGraph(shape: NetworkShape, options: { gradients: boolean }): Uint8Array {
  const g = new OnnxGraph();
  declareWeights(g, shape);
  const { labelCount, convChannels, hiddenUnits } = shape;
  const input = centred(g, shape);
  const frames = new Frames(g, input);
  const readoutInputs = {
    present: g.input('present', ['T', 'B', 1]),
    fade: g.input('fade', ['R', 'T']),
  };
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
  const pooled = dropped(g, pooling, mask('dropPooled', pooledSize(shape)));
  const rows = new Frames(g, pooled.output);
  const dense = reluLayer(g, rows.fold(pooled.output), 'dense.kernel', 'dense.bias');
  const output = affine(g, dense.output, 'output.kernel', 'output.bias');
  const logits = rows.unfold(output.output, labelCount);
  if (!options.gradients) {
    g.output('logits', logits, ['R', 'B', labelCount]);
    return g.encode('tonewire-readouts');
  }
  const loss = crossEntropy(g, logits, labelCount);
  g.output('loss', loss.output, []);
  const first = output.backward(rows.fold(loss.dLogits));
  const second = dense.backward(first.dInput);
  const third = pooled.backward(rows.unfold(second.dInput, pooledSize(shape)));
  const fourth = recurrent.backward(third.dInput);
  const dConv2 = shape.residual ? g.node('Add', [fourth.dInput, third.dInput]) : fourth.dInput;
  const fifth = conv2.backward(dConv2);
  const last = conv1.backward(fifth.dInput);
  const steps = [first, second, third, fourth, fifth, last];
  declareGradients(g, shape, Object.assign({}, ...steps.map((step) => step.gradients)));
  return g.encode('tonewire-training');
}

function declareWeights(g: OnnxGraph, shape: NetworkShape): void {
  const shapes = weightShapes(shape);
  for (const name of WEIGHT_NAMES) g.input(name, shapes[name]);
}

function declareGradients(g: OnnxGraph, shape: NetworkShape, gradients: WeightGradients): void {
  const shapes = weightShapes(shape);
  for (const name of LEARNED_NAMES) g.output(gradientName(name), gradients[name]!, shapes[name]);
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
  const frames = g.input('frames', ['B', 'T', shape.featureCount]);
  const overTime = (name: string) => g.input(name, ['T', 1, 1]);
  const timeMajor = g.node('Transpose', [frames], { perm: [1, 0, 2] });
  const shifted = g.node('Sub', [timeMajor, 'input.mean']);
  const normalised = g.node('Mul', [shifted, 'input.scale']);
  const grown = g.node('Mul', [normalised, overTime('grow')]);
  const summed = g.node('CumSum', [grown, g.integers([0], [])]);
  const sums = g.node('Mul', [summed, overTime('shrink')]);
  const means = g.node('Div', [sums, overTime('divisor')]);
  return g.node('Sub', [normalised, g.node('Mul', [means, 'input.centre'])]);
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
  const excluded = g.input('excluded', ['R', 'B', labelCount]);
  const weights = g.input('rowWeights', ['R', 'B', 1]);
  const allowed = g.node('Add', [logits, excluded]);
  const probabilities = g.node('Softmax', [allowed], { axis: 2 });
  const logarithms = g.node('Log', [g.node('Add', [probabilities, g.scalar(1e-12)])]);
  const hits = g.node('Mul', [weights, g.node('Mul', [wanted, logarithms])]);
  const total = g.node('ReduceSum', [hits], { keepdims: 0 });
  return {
    output: g.node('Neg', [total]),
    dLogits: g.node('Mul', [weights, g.node('Sub', [probabilities, wanted])]),
  };
}
