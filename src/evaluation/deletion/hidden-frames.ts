import * as tf from '@tensorflow/tfjs-core';
import { useBackend } from '../../pipeline/engines/tensorflow-backend.ts';
import { add, convolve, dense } from '../../pipeline/network/blocks.ts';
import { centre } from '../../pipeline/network/centring.ts';
import { normalise } from '../../pipeline/network/layers.ts';
import { lstmStep } from '../../pipeline/network/lstm.ts';
import { memberShape, type NetworkShape } from '../../pipeline/network/shape.ts';
import { toTensors } from '../../pipeline/network/weight-tensors.ts';
import {
  membersOf,
  statisticsOf,
  type WeightArrays,
  type Weights,
} from '../../pipeline/network/weights.ts';

/** What the head of one reader is computed from, frame by frame. */
export interface HiddenFrames {
  readonly frameCount: number;
  /** `[frameCount, H]`: what the attention pools; of the statistics, the normalised features. */
  readonly hidden: Float32Array;
  /** `[frameCount]`: the attention's scores; of the statistics, zeros. */
  readonly scores: Float32Array;
}

/** Shows a network's inside for whole utterances: the step (network.ts) gives only its sums. */
export class HiddenFrameReader {
  readonly #shape: NetworkShape;
  readonly #shared: Weights;
  readonly #members: readonly Weights[];

  private constructor(shape: NetworkShape, shared: Weights, members: readonly Weights[]) {
    this.#shape = shape;
    this.#shared = shared;
    this.#members = members;
  }

  /** Computes with TensorFlow.js in WebAssembly; `close` frees its memory. */
  static async open(shape: NetworkShape, weights: WeightArrays): Promise<HiddenFrameReader> {
    await useBackend('wasm');
    const own = memberShape(shape);
    const members = membersOf(shape, weights).map((member) => toTensors(member, own));
    const shared = toTensors(statisticsOf(weights), { ...shape, members: 0 });
    return new HiddenFrameReader(shape, shared, members);
  }

  /** Hears raw features `[frames, F]` from the beginning: what each reader makes of them. */
  read(features: Float32Array): HiddenFrames[] {
    const members = this.#members.map((weights) => this.#readMember(weights, features));
    return this.#shape.statisticsUnits > 0 ? [...members, this.#asTheyAre(features)] : members;
  }

  #asTheyAre(features: Float32Array): HiddenFrames {
    const { featureCount } = this.#shape;
    const frameCount = features.length / featureCount;
    const hidden = tf.tidy(() =>
      normalise(
        this.#shared,
        tf.tensor3d(features, [1, frameCount, featureCount]),
      ).dataSync<'float32'>(),
    );
    return { frameCount, hidden, scores: new Float32Array(frameCount) };
  }

  #readMember(weights: Weights, features: Float32Array): HiddenFrames {
    const { featureCount } = this.#shape;
    const frameCount = features.length / featureCount;
    return tf.tidy(() => {
      const hidden = this.#hidden(weights, tf.tensor3d(features, [1, frameCount, featureCount]));
      const kernel = weights['attention.kernel'];
      const layer = dense(hidden, kernel, weights['attention.bias'], 'tanh');
      const scores = tf.matMul(layer, weights['attention.vector']);
      return {
        frameCount,
        hidden: hidden.dataSync<'float32'>(),
        scores: scores.dataSync<'float32'>(),
      };
    });
  }

  close(): void {
    for (const weights of [this.#shared, ...this.#members]) tf.dispose(Object.values(weights));
  }

  /** `[1, T, F]` → `[T, H]`: all layers below the attention. */
  #hidden(weights: Weights, features: tf.Tensor3D): tf.Tensor2D {
    const shape = this.#shape;
    const normalised = normalise(weights, features);
    const zeros = (rows: number, columns: number) => tf.zeros([rows, columns]) as tf.Tensor2D;
    const heard = { count: zeros(1, 1), sum: zeros(1, shape.featureCount) };
    const centred = centre(shape, normalised, weights['input.centre'], heard);
    const convolved = (x: tf.Tensor2D, name: 'conv1' | 'conv2') =>
      convolve(x, {
        context: zeros(shape.convKernel - 1, x.shape[1]),
        kernel: weights[`${name}.kernel`],
        bias: weights[`${name}.bias`],
        batchSize: 1,
        constantInput: true,
      });
    const second = convolved(convolved(centred.frames, 'conv1'), 'conv2');
    const start = { hidden: zeros(1, shape.hiddenUnits), cell: zeros(1, shape.hiddenUnits) };
    const kernels = {
      kernel: weights['lstm.kernel'],
      recurrent: weights['lstm.recurrent'],
      bias: weights['lstm.bias'],
    };
    const { outputs } = lstmStep(second, kernels, start);
    return shape.residual ? add(outputs, second) : outputs;
  }
}
