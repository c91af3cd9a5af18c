import { OnnxGraph } from '../onnx-graph.ts';
import { affine, type Block, type Frames } from './block.ts';

/** What the recurrence leaves of every frame, `[T, B, ·]`, the gates already squashed. */
interface Recurrence {
  readonly hidden: string;
  readonly cell: string;
  /** Output, input and forget gate side by side, `[T, B, 3H]`. */
  readonly gates: string;
  readonly candidate: string;
  /** tanh of the cell. */
  readonly squashed: string;
}

/** Runs over projected inputs `[T, B, 4H]`: one frame is the body of an ONNX Scan. */
function recur(frames: Frames, projected: string, units: number): Recurrence {
  const body = new OnnxGraph('frame_');
  const hidden = body.input('hidden_before', ['B', units]);
  const cell = body.input('cell_before', ['B', units]);
  const input = body.input('projected', ['B', 4 * units]);
  const sums = body.node('Gemm', [hidden, 'lstm.recurrent', input]);
  const widths = body.integers([3 * units, units]);
  const [gateSums, candidateSum] = body.nodes('Split', [sums, widths], 2, { axis: 1 });
  const gates = body.node('Sigmoid', [gateSums!]);
  const candidate = body.node('Tanh', [candidateSum!]);
  const [output, admit, keep] = splitGates(body, gates, units, 1);
  const kept = body.node('Mul', [keep, cell]);
  const nextCell = body.node('Add', [kept, body.node('Mul', [admit, candidate])]);
  const squashed = body.node('Tanh', [nextCell]);
  const nextHidden = body.node('Mul', [output, squashed]);
  body.output('hidden_after', nextHidden, ['B', units]);
  body.output('cell_after', nextCell, ['B', units]);
  body.output('frame_hidden', nextHidden, ['B', units]);
  body.output('frame_cell', nextCell, ['B', units]);
  body.output('frame_gates', gates, ['B', 3 * units]);
  body.output('frame_candidate', candidate, ['B', units]);
  body.output('frame_squashed', squashed, ['B', units]);
  const zero = frames.zeros(units);
  const outputs = frames.graph.nodes('Scan', [zero, zero, projected], 7, {
    body,
    num_scan_inputs: 1,
  });
  const [, , all, cells, allGates, candidates, allSquashed] = outputs;
  return {
    hidden: all!,
    cell: cells!,
    gates: allGates!,
    candidate: candidates!,
    squashed: allSquashed!,
  };
}

type Gates = readonly [output: string, admit: string, keep: string];

function splitGates(g: OnnxGraph, gates: string, units: number, axis: number): Gates {
  const widths = g.integers([units, units, units]);
  return g.nodes('Split', [gates, widths], 3, { axis }) as unknown as Gates;
}

/**
 * What turns the gradients of a frame's hidden state and cell into those of its gates, for all
 * frames at once, so that little is left to do frame by frame.
 */
function localDerivatives(frames: Frames, kept: Recurrence, units: number) {
  const g = frames.graph;
  const mul = (a: string, b: string) => g.node('Mul', [a, b]);
  const oneMinus = (x: string) => g.node('Sub', [g.scalar(1), x]);
  const slopes = mul(kept.gates, oneMinus(kept.gates));
  const [outputSlope, admitSlope, keepSlope] = splitGates(g, slopes, units, 2);
  const [output, admit, keep] = splitGates(g, kept.gates, units, 2);
  const perGate = [
    mul(kept.squashed, outputSlope),
    mul(kept.candidate, admitSlope),
    mul(frames.shift(kept.cell, 1), keepSlope),
    mul(admit, oneMinus(mul(kept.candidate, kept.candidate))),
  ];
  return {
    perGate: g.node('Concat', perGate, { axis: 2 }),
    hiddenToCell: mul(output, oneMinus(mul(kept.squashed, kept.squashed))),
    keep,
  };
}

/** Back through time: the gradients of the projected inputs, `[T, B, 4H]`. */
function recurBack(frames: Frames, dHidden: string, kept: Recurrence, units: number): string {
  const local = localDerivatives(frames, kept, units);
  const body = new OnnxGraph('back_');
  const hiddenAfter = body.input('d_hidden_after', ['B', units]);
  const cellAfter = body.input('d_cell_after', ['B', units]);
  const fromAbove = body.input('d_above', ['B', units]);
  const hiddenToCell = body.input('hidden_to_cell', ['B', units]);
  const perGate = body.input('per_gate', ['B', 4 * units]);
  const keep = body.input('keep', ['B', units]);
  const hidden = body.node('Add', [hiddenAfter, fromAbove]);
  const cell = body.node('Add', [cellAfter, body.node('Mul', [hidden, hiddenToCell])]);
  const spread = body.node('Concat', [hidden, cell, cell, cell], { axis: 1 });
  const sums = body.node('Mul', [spread, perGate]);
  const before = body.node('Gemm', [sums, 'lstm.recurrent'], { transB: 1 });
  body.output('d_hidden', before, ['B', units]);
  body.output('d_cell', body.node('Mul', [cell, keep]), ['B', units]);
  body.output('d_projected', sums, ['B', 4 * units]);
  const zero = frames.zeros(units);
  const inputs = [zero, zero, dHidden, local.hiddenToCell, local.perGate, local.keep];
  const outputs = frames.graph.nodes('Scan', inputs, 3, {
    body,
    num_scan_inputs: 4,
    scan_input_directions: [1, 1, 1, 1],
    scan_output_directions: [1],
  });
  return outputs[2]!;
}

/** The LSTM of network/lstm.ts over `[T, B, channels]`, from a standing start: `[T, B, units]`. */
export function lstm(frames: Frames, x: string, channels: number, units: number): Block {
  const g = frames.graph;
  const projection = affine(g, frames.fold(x), 'lstm.kernel', 'lstm.bias');
  const kept = recur(frames, frames.unfold(projection.output, 4 * units), units);
  return {
    output: kept.hidden,
    backward: (d) => {
      const dProjected = frames.fold(recurBack(frames, d, kept, units));
      const hiddenBefore = frames.fold(frames.shift(kept.hidden, 1));
      const { dInput, gradients } = projection.backward(dProjected);
      const dRecurrent = g.node('Gemm', [hiddenBefore, dProjected], { transA: 1 });
      return {
        dInput: frames.unfold(dInput, channels),
        gradients: { ...gradients, 'lstm.recurrent': dRecurrent },
      };
    },
  };
}
