import * as tf from '@tensorflow/tfjs-core';
import { dense, matMulTransposedA, tanh } from './blocks.ts';

/** `[B, H]` each. */
export interface LstmState {
  readonly hidden: tf.Tensor2D;
  readonly cell: tf.Tensor2D;
}

/** One frame's values, `[B, H]` each: the activated gates, the cell, its tanh and the hidden state. */
interface Frame extends LstmState {
  readonly output: tf.Tensor2D;
  readonly admit: tf.Tensor2D;
  readonly keep: tf.Tensor2D;
  readonly candidate: tf.Tensor2D;
  readonly squashed: tf.Tensor2D;
}

/**
 * `[T·B, W]` → T tensors `[B, W]`. The WASM backend copies its whole input for every slice taken,
 * so there the values are read once and uploaded frame by frame.
 */
function perFrame(x: tf.Tensor2D, batchSize: number): tf.Tensor2D[] {
  const [rows, width] = x.shape;
  const frameCount = rows / batchSize;
  if (tf.getBackend() !== 'wasm') return tf.split(x, frameCount, 0);
  const values = x.dataSync();
  const size = batchSize * width;
  return Array.from({ length: frameCount }, (_, t) =>
    tf.tensor2d(values.subarray(t * size, (t + 1) * size), [batchSize, width]),
  );
}

/** All frames' values of one kind, `[T·B, H]`. */
function collect(frames: readonly Frame[], kind: keyof Frame): tf.Tensor2D {
  return tf.concat(
    frames.map((frame) => frame[kind]),
    0,
  );
}

/** Runs the recurrence over projected inputs `[T·B, 4H]`; gates in the order output, input, forget, candidate. */
function recur(projected: tf.Tensor2D, recurrent: tf.Tensor2D, start: LstmState): Frame[] {
  const [batchSize, units] = start.hidden.shape;
  let { hidden, cell } = start;
  return perFrame(projected, batchSize).map((input) => {
    const sums = tf.add(input, tf.matMul(hidden, recurrent)) as tf.Tensor2D;
    const gate = (index: number) => tf.slice(sums, [0, index * units], [batchSize, units]);
    const output = tf.sigmoid(gate(0));
    const admit = tf.sigmoid(gate(1));
    const keep = tf.sigmoid(gate(2));
    const candidate = tanh(gate(3));
    cell = tf.add(tf.mul(keep, cell), tf.mul(admit, candidate)) as tf.Tensor2D;
    const squashed = tanh(cell);
    hidden = tf.mul(output, squashed) as tf.Tensor2D;
    return { output, admit, keep, candidate, cell, squashed, hidden };
  });
}

/** What the way back needs, `[T·B, H]` each, and the recurrent kernel. */
interface Saved {
  readonly recurrent: tf.Tensor2D;
  readonly output: tf.Tensor2D;
  readonly admit: tf.Tensor2D;
  readonly keep: tf.Tensor2D;
  readonly candidate: tf.Tensor2D;
  readonly squashed: tf.Tensor2D;
  readonly cellBefore: tf.Tensor2D;
  readonly hiddenBefore: tf.Tensor2D;
}

/**
 * What turns the gradients of a frame's hidden state (dh) and cell (dc) into those of its gates,
 * computed for all frames at once so that the loop back in time has little left to do.
 */
function localDerivatives(saved: Saved) {
  const { output, admit, keep, candidate, squashed } = saved;
  const slope = (gate: tf.Tensor2D) => tf.mul(gate, tf.sub(1, gate));
  const perGate = tf.concat(
    [
      tf.mul(squashed, slope(output)),
      tf.mul(candidate, slope(admit)),
      tf.mul(saved.cellBefore, slope(keep)),
      tf.mul(admit, tf.sub(1, tf.square(candidate))),
    ],
    1,
  ) as tf.Tensor2D;
  const hiddenToCell = tf.mul(output, tf.sub(1, tf.square(squashed))) as tf.Tensor2D;
  return { perGate, hiddenToCell, keep };
}

/** Gradients of the projected inputs and of the recurrent kernel: back-propagation through time. */
function gradients(dy: tf.Tensor2D, saved: Saved, batchSize: number): tf.Tensor2D[] {
  const units = saved.recurrent.shape[0];
  const recurrentTransposed = tf.transpose(saved.recurrent);
  const local = localDerivatives(saved);
  const fromAbove = perFrame(dy, batchSize);
  const hiddenToCell = perFrame(local.hiddenToCell, batchSize);
  const perGate = perFrame(local.perGate, batchSize);
  const keep = perFrame(local.keep, batchSize);
  const dSums: tf.Tensor2D[] = new Array(fromAbove.length);
  let dHidden: tf.Tensor = tf.zeros([batchSize, units]);
  let dCell = dHidden;
  for (let t = fromAbove.length - 1; t >= 0; t--) {
    dHidden = tf.add(dHidden, fromAbove[t]!);
    dCell = tf.add(dCell, tf.mul(dHidden, hiddenToCell[t]!));
    const gates = tf.mul(tf.concat([dHidden, dCell, dCell, dCell], 1), perGate[t]!) as tf.Tensor2D;
    dSums[t] = gates;
    dHidden = tf.matMul(gates, recurrentTransposed);
    dCell = tf.mul(dCell, keep[t]!);
  }
  const dProjected = tf.concat(dSums, 0);
  return [dProjected, matMulTransposedA(saved.hiddenBefore, dProjected)];
}

/** The recurrence as one differentiable operation: the tape sees one entry, not twenty a frame. */
function differentiableRecur(
  projected: tf.Tensor2D,
  recurrent: tf.Tensor2D,
  start: LstmState,
): tf.Tensor2D {
  const batchSize = start.hidden.shape[0];
  const op = tf.customGrad((...inputs) => {
    const save = inputs.pop() as unknown as tf.GradSaveFunc;
    const frames = recur(projected, recurrent, start);
    const before = [{ ...frames[0]!, ...start }, ...frames.slice(0, -1)];
    const kept: Saved = {
      recurrent,
      output: collect(frames, 'output'),
      admit: collect(frames, 'admit'),
      keep: collect(frames, 'keep'),
      candidate: collect(frames, 'candidate'),
      squashed: collect(frames, 'squashed'),
      cellBefore: collect(before, 'cell'),
      hiddenBefore: collect(before, 'hidden'),
    };
    const names = Object.keys(kept) as (keyof Saved)[];
    save(names.map((name) => kept[name]));
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const named = Object.fromEntries(names.map((name, i) => [name, saved[i]]));
      return gradients(dy as tf.Tensor2D, named as unknown as Saved, batchSize);
    };
    return { value: collect(frames, 'hidden'), gradFunc };
  });
  return op(projected, recurrent) as tf.Tensor2D;
}

export interface LstmWeights {
  /** `[C, 4H]` */
  readonly kernel: tf.Tensor2D;
  /** `[H, 4H]` */
  readonly recurrent: tf.Tensor2D;
  /** `[1, 4H]` */
  readonly bias: tf.Tensor2D;
}

/** LSTM (Hochreiter & Schmidhuber 1997, with forget gates) for training: `[T·B, C]` → `[T·B, H]`. */
export function lstmSequence(x: tf.Tensor2D, weights: LstmWeights, start: LstmState): tf.Tensor2D {
  return differentiableRecur(dense(x, weights.kernel, weights.bias), weights.recurrent, start);
}

/** The same LSTM, with the state it ends in; without gradients. */
export function lstmStep(
  x: tf.Tensor2D,
  weights: LstmWeights,
  start: LstmState,
): LstmState & { readonly outputs: tf.Tensor2D } {
  const projected = dense(x, weights.kernel, weights.bias);
  const frames = recur(projected, weights.recurrent, start);
  const { hidden, cell } = frames.at(-1)!;
  return { outputs: collect(frames, 'hidden'), hidden, cell };
}
