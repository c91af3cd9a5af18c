import * as tf from '@tensorflow/tfjs-core';

/**
 * Building blocks with hand-written gradients. Everything is two-dimensional and time-major: row
 * `t · B + b` is frame `t` of leg `b`, so that one frame of all legs is one contiguous stretch.
 *
 * A gradient uses only what was saved: the tape disposes of everything else after the forward pass.
 *
 * Two reasons for the gradients: `@tensorflow/tfjs-core` registers none in Node, and the WASM
 * backend multiplies transposed matrices several times more slowly than transposing them first.
 */

/** `aᵀ·b`, transposed explicitly. */
export function matMulTransposedA(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return tf.matMul(tf.transpose(a), b);
}

/** `a·bᵀ`, transposed explicitly. */
export function matMulTransposedB(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return tf.matMul(a, tf.transpose(b));
}

/** tanh(x) = 2σ(2x) − 1: the WASM backend's sigmoid is vectorised, its tanh ten times slower. */
export function tanh(x: tf.Tensor2D): tf.Tensor2D {
  return tf.sub(tf.mul(tf.sigmoid(tf.mul(x, 2)), 2), 1) as tf.Tensor2D;
}

export type Activation = 'none' | 'relu' | 'tanh';

function activate(x: tf.Tensor2D, activation: Activation): tf.Tensor2D {
  if (activation === 'relu') return tf.relu(x);
  if (activation === 'tanh') return tanh(x);
  return x;
}

/** Gradient before the activation, from the one after it and the activation's output. */
function deactivate(gradient: tf.Tensor2D, output: tf.Tensor2D, activation: Activation) {
  if (activation === 'relu') return tf.mul(gradient, tf.step(output)) as tf.Tensor2D;
  if (activation === 'tanh') return tf.mul(gradient, tf.sub(1, tf.square(output))) as tf.Tensor2D;
  return gradient;
}

/** `activation(x·kernel + bias)`: `[N, I]`, `[I, O]`, `[1, O]` → `[N, O]`. */
export function dense(
  x: tf.Tensor2D,
  kernel: tf.Tensor2D,
  bias: tf.Tensor2D,
  activation: Activation = 'none',
): tf.Tensor2D {
  const op = tf.customGrad((...inputs) => {
    // The engine hands over the inputs and, last, the function that saves tensors for the way back.
    const save = inputs.pop() as unknown as tf.GradSaveFunc;
    const value = activate(tf.add(tf.matMul(x, kernel), bias), activation);
    save([x, kernel, value]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [x, kernel, value] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
      const dz = deactivate(dy as tf.Tensor2D, value, activation);
      return [matMulTransposedB(dz, kernel), matMulTransposedA(x, dz), tf.sum(dz, 0, true)];
    };
    return { value, gradFunc };
  });
  return op(x, kernel, bias) as tf.Tensor2D;
}

/** Where a convolution starts from: `[(K − 1)·B, C]`, the frames before the first. */
export interface Convolution {
  readonly context: tf.Tensor2D;
  /** `[K·C, C′]`, oldest tap first. */
  readonly kernel: tf.Tensor2D;
  /** `[1, C′]` */
  readonly bias: tf.Tensor2D;
  readonly batchSize: number;
  /** No gradient is computed for the input. */
  readonly constantInput: boolean;
}

/**
 * Lays K successive frames of every leg side by side, so that a convolution over time is a matrix
 * product (the WASM backend has no gradient for a convolution's filter).
 * `[(T + K − 1)·B, C]` → `[T·B, K·C]`.
 */
function unfold(x: tf.Tensor2D, taps: number, batchSize: number): tf.Tensor2D {
  const rows = x.shape[0] - (taps - 1) * batchSize;
  const shifted = Array.from({ length: taps }, (_, k) =>
    tf.slice(x, [k * batchSize, 0], [rows, x.shape[1]]),
  );
  return tf.concat(shifted, 1);
}

/** The gradient for a convolution's input: again a convolution, forward in time, with the taps reversed. */
function inputGradient(dz: tf.Tensor2D, kernel: tf.Tensor2D, taps: number, batchSize: number) {
  const [rows, outputs] = kernel.shape;
  const inputs = rows / taps;
  const perTap = tf.reverse(tf.reshape(kernel, [taps, inputs, outputs]), 0);
  const reversed = tf.reshape(tf.transpose(perTap, [0, 2, 1]), [taps * outputs, inputs]);
  const later = tf.zeros([(taps - 1) * batchSize, outputs]) as tf.Tensor2D;
  return tf.matMul(unfold(tf.concat([dz, later], 0), taps, batchSize), reversed as tf.Tensor2D);
}

/** `relu(causal convolution over time)`: `[T·B, C]` → `[T·B, C′]`; no gradient flows into the context. */
export function convolve(x: tf.Tensor2D, convolution: Convolution): tf.Tensor2D {
  const { context, kernel, bias, batchSize, constantInput } = convolution;
  const taps = kernel.shape[0] / x.shape[1];
  const op = tf.customGrad((...inputs) => {
    const save = inputs.pop() as unknown as tf.GradSaveFunc;
    const unfolded = unfold(tf.concat([context, x], 0), taps, batchSize);
    const value = tf.relu(tf.add(tf.matMul(unfolded, kernel), bias)) as tf.Tensor2D;
    save([unfolded, kernel, value]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const [unfolded, kernel, value] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
      const dz = deactivate(dy as tf.Tensor2D, value, 'relu');
      const learned = [matMulTransposedA(unfolded, dz), tf.sum(dz, 0, true)];
      return constantInput ? learned : [...learned, inputGradient(dz, kernel, taps, batchSize)];
    };
    return { value, gradFunc };
  });
  return (constantInput ? op(kernel, bias) : op(kernel, bias, x)) as tf.Tensor2D;
}

/** `x · mask`: `[N·B, C]` by `[B, C]`, the same mask for each of the N; the mask is a constant. */
export function scaleBy(x: tf.Tensor2D, mask: tf.Tensor2D): tf.Tensor2D {
  const scaled = (y: tf.Tensor, mask: tf.Tensor) => {
    const product = tf.mul(tf.reshape(y, [-1, mask.size]), tf.reshape(mask, [1, mask.size]));
    return tf.reshape(product, x.shape);
  };
  const op = tf.customGrad((...inputs) => {
    const save = inputs.pop() as unknown as tf.GradSaveFunc;
    save([mask]);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => scaled(dy, saved[0]!);
    return { value: scaled(x, mask), gradFunc };
  });
  return op(x) as tf.Tensor2D;
}

/** `a + b`, same shapes. */
export function add(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  const op = tf.customGrad(() => ({
    value: tf.add(a, b),
    gradFunc: (dy: tf.Tensor) => [tf.clone(dy), tf.clone(dy)],
  }));
  return op(a, b) as tf.Tensor2D;
}

/** `[N, A]` and `[N, C]` side by side: `[N, A + C]`. */
export function concat(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  const widths = [a.shape[1], b.shape[1]];
  const op = tf.customGrad(() => ({
    value: tf.concat([a, b], 1),
    gradFunc: (dy: tf.Tensor) => tf.split(dy, widths, 1),
  }));
  return op(a, b) as tf.Tensor2D;
}
