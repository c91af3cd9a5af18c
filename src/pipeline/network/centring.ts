import * as tf from '@tensorflow/tfjs-core';
import { centringDecayPerFrame, type NetworkShape } from './shape.ts';

/**
 * Centring: from the columns that say what a voice and its line are like on the whole (level,
 * spectrum), a leg's own running mean is subtracted, so that speakers and telephones become alike
 * (cepstral mean normalisation, Atal 1974, made causal). The mean fades, and begins as that of an
 * average voice, which after normalisation is zero:
 *
 *   n_t = γ·n_(t−1) + 1,  S_t = γ·S_(t−1) + x_t,  y_t = x_t − c ⊙ S_t / (prior + n_t)
 */
export interface HeardSums {
  /** `[B, 1]`: n, the fading count of frames. */
  readonly count: tf.Tensor2D;
  /** `[B, F]`: S, the fading sum of normalised frames. */
  readonly sum: tf.Tensor2D;
}

export interface Centred {
  /** `[T·B, F]` */
  readonly frames: tf.Tensor2D;
  readonly heard: HeardSums;
}

/** Centres `[T·B, F]`, normalised and time-major; `mask[1, F]` is 1 for the columns to centre. */
export function centre(
  shape: NetworkShape,
  frames: tf.Tensor2D,
  mask: tf.Tensor2D,
  heard: HeardSums,
): Centred {
  const [rows, featureCount] = frames.shape;
  const batchSize = heard.count.shape[0];
  const frameCount = rows / batchSize;
  const decay = centringDecayPerFrame(shape);
  const perFrame = (f: (t: number) => number) =>
    tf.tensor3d(
      Float32Array.from({ length: frameCount }, (_, t) => f(t + 1)),
      [frameCount, 1, 1],
    );
  const fade = perFrame((t) => Math.exp(-decay * t));
  const fresh = perFrame((t) => (1 - Math.exp(-decay * t)) / (1 - Math.exp(-decay)));
  const x = tf.reshape(frames, [frameCount, batchSize, featureCount]);
  const grown = tf.mul(
    x,
    perFrame((t) => Math.exp(decay * t)),
  );
  const summed = tf.add(tf.cumsum(grown, 0), tf.reshape(heard.sum, [1, batchSize, featureCount]));
  const sums = tf.mul(summed, fade);
  const counts = tf.add(tf.mul(tf.reshape(heard.count, [1, batchSize, 1]), fade), fresh);
  const means = tf.div(sums, tf.add(counts, shape.centringPriorFrames));
  const centred = tf.sub(x, tf.mul(means, mask));
  return {
    frames: tf.reshape(centred, [rows, featureCount]),
    heard: { count: newest(counts), sum: newest(sums) },
  };
}

/** `[T, B, C]` → `[B, C]` of the last frame. */
function newest(x: tf.Tensor): tf.Tensor2D {
  const [frameCount, batchSize, width] = x.shape as [number, number, number];
  const last = tf.slice(x, [frameCount - 1, 0, 0], [1, batchSize, width]);
  return tf.reshape(last, [batchSize, width]);
}
