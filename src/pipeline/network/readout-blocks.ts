import * as tf from '@tensorflow/tfjs-core';
import { matMulTransposedA } from './blocks.ts';

/**
 * Fading sums over the frames of right-padded clips, read out after each block of frames: what
 * training needs of the sums that a step keeps in its state. Sums are made block by block and the
 * blocks then faded, which is two small products instead of one as long as the clip.
 */

/** How clips are read out: after each block of `every` frames. */
export interface ReadoutPlan {
  readonly frameCount: number;
  readonly batchSize: number;
  readonly every: number;
  /** `[T, B]`: 1 where a clip has a frame, 0 where it is padded. */
  readonly present: tf.Tensor2D;
}

/** `[rows, 1]`: what fades `rows` frames down to the moment of the last, as log-weights. */
export function ages(rows: number, decay: number): tf.Tensor2D {
  return tf.tensor2d(
    Float32Array.from({ length: rows }, (_, t) => -decay * (rows - 1 - t)),
    [rows, 1],
  );
}

/** `[T, 1]`: log-weights that fade every frame down to the end of its block. */
export function agesInBlocks(plan: ReadoutPlan, decay: number): tf.Tensor2D {
  const blocks = Math.ceil(plan.frameCount / plan.every);
  const tiled = tf.tile(ages(plan.every, decay), [blocks, 1]);
  return tf.slice(tiled, [0, 0], [plan.frameCount, 1]) as tf.Tensor2D;
}

/** `[R, R]`: how much of block c's sum is left at the end of block r. */
function blockDecay({ frameCount, every }: ReadoutPlan, decay: number): tf.Tensor2D {
  const blocks = Math.ceil(frameCount / every);
  const values = new Float32Array(blocks * blocks);
  for (let r = 0; r < blocks; r++) {
    for (let c = 0; c <= r; c++) values[r * blocks + c] = Math.exp(-decay * every * (r - c));
  }
  return tf.tensor2d(values, [blocks, blocks]);
}

/** `[T·B, N]` → `[R, B·N]`: the sum over each block of frames. */
function sumBlocks(x: tf.Tensor, plan: ReadoutPlan, blocks: number, width: number): tf.Tensor2D {
  const rows = blocks * plan.every * plan.batchSize;
  const missing = rows - plan.frameCount * plan.batchSize;
  const flat = tf.reshape(x, [-1, width]) as tf.Tensor2D;
  const padded =
    missing === 0
      ? flat
      : tf.pad(flat, [
          [0, missing],
          [0, 0],
        ]);
  return tf.sum(tf.reshape(padded, [blocks, plan.every, plan.batchSize * width]), 1) as tf.Tensor2D;
}

/** `[R, B·N]` → `[T·B, N]`: gives every frame its block's value. */
function spreadBlocks(x: tf.Tensor, plan: ReadoutPlan, width: number): tf.Tensor2D {
  const blocks = x.shape[0]!;
  const perBlock = tf.reshape(x, [blocks, 1, plan.batchSize * width]);
  // A product with ones, because the WASM backend's tile is a hundred times slower.
  const rows = tf.reshape(tf.mul(perBlock, tf.ones([1, plan.every, 1])), [
    -1,
    width,
  ]) as tf.Tensor2D;
  return tf.slice(rows, [0, 0], [plan.frameCount * plan.batchSize, width]);
}

/**
 * `[T·B, N]` → `[R·B, N]`: at the end of every block, the sum over the frames so far, each block
 * faded by e^(−decay) a frame since its own end. Frames come already faded within their block
 * (`agesInBlocks`), and those that are padding as zeros.
 */
export function fadedSums(
  x: tf.Tensor,
  plan: ReadoutPlan,
  decay: number,
  width: number,
): tf.Tensor2D {
  const fade = blockDecay(plan, decay);
  const blocks = fade.shape[0];
  const sums = tf.matMul(fade, sumBlocks(x, plan, blocks, width));
  return tf.reshape(sums, [blocks * plan.batchSize, width]);
}

/** The way back of `fadedSums`: gradients `[R·B, N]` → `[T·B, N]`. */
export function fadedSumsGradient(
  dSums: tf.Tensor,
  plan: ReadoutPlan,
  decay: number,
  width: number,
): tf.Tensor2D {
  const fade = blockDecay(plan, decay);
  const perBlock = tf.reshape(dSums, [fade.shape[0], plan.batchSize * width]) as tf.Tensor2D;
  return spreadBlocks(matMulTransposedA(fade, perBlock), plan, width);
}
