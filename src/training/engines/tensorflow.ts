import * as tf from '@tensorflow/tfjs-core';
import { type TensorflowBackend, useBackend } from '../../pipeline/engines/tensorflow-backend.ts';
import { FEATURE_COUNT } from '../../pipeline/features/layout.ts';
import { readouts } from '../../pipeline/network/network.ts';
import { type NetworkShape, pooledSize, trainedReader } from '../../pipeline/network/shape.ts';
import { toTensors } from '../../pipeline/network/weight-tensors.ts';
import { learnedNames, type Weights } from '../../pipeline/network/weights.ts';
import type { Batch } from '../batches.ts';
import type { DropoutValues } from '../dropout.ts';
import { crossEntropy } from '../loss.ts';
import type { Gradients } from '../optimizer.ts';
import type { GradientEngine, GradientEngineOptions } from './gradient-engine.ts';

function framesOf(batch: Batch): tf.Tensor3D {
  return tf.tensor3d(batch.frames, [batch.lengths.length, batch.frameCount, FEATURE_COUNT]);
}

function masksOf(dropout: DropoutValues, shape: NetworkShape, batchSize: number) {
  const reader = trainedReader(shape);
  return {
    conv1: tf.tensor2d(dropout.conv1, [batchSize, shape.convChannels]),
    conv2: tf.tensor2d(dropout.conv2, [batchSize, shape.convChannels]),
    pooled: tf.tensor2d(dropout.pooled, [batchSize, pooledSize(reader)]),
    dense: tf.tensor2d(dropout.dense, [batchSize, reader.denseUnits]),
  };
}

/** The network of network.ts, differentiated by TensorFlow.js. */
export async function loadTensorflowGradients(
  backend: TensorflowBackend,
  { shape, readoutEvery: every }: GradientEngineOptions,
): Promise<GradientEngine> {
  await useBackend(backend);
  const names = learnedNames(shape);
  return {
    name: `tensorflow-${backend}`,
    async gradients(arrays, batch, targets, values) {
      const { value, grads } = tf.tidy(() => {
        const weights = toTensors(arrays, shape);
        const frames = framesOf(batch);
        const dropout = masksOf(values, shape, batch.lengths.length);
        const loss = (...learned: tf.Tensor[]) => {
          const entries = names.map((name, i) => [name, learned[i]]);
          const current = { ...weights, ...Object.fromEntries(entries) } as Weights;
          const options = { every, dropout };
          return crossEntropy(
            readouts(shape, current, frames, batch.lengths, options).logits,
            targets,
          );
        };
        return tf.valueAndGrads(loss)(names.map((name) => weights[name]));
      });
      const gradients: Gradients = {};
      for (const [i, name] of names.entries()) {
        gradients[name] = (await grads[i]!.data()) as Float32Array;
      }
      const loss = (await value.data())[0]!;
      tf.dispose([value, grads]);
      return { loss, gradients };
    },
    async readouts(arrays, batch) {
      const logits = tf.tidy(() => {
        const weights = toTensors(arrays, shape);
        return readouts(shape, weights, framesOf(batch), batch.lengths, { every }).logits;
      });
      const values = (await logits.data()) as Float32Array;
      logits.dispose();
      return values;
    },
    close: async () => undefined,
  };
}
