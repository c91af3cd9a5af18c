import * as tf from '@tensorflow/tfjs-core';
import { TonewireError } from '../../protocol/errors.ts';
import { memberShape, type NetworkShape, stateSize } from '../network/shape.ts';
import { type StepTensors, type StepWeights, step } from '../network/step.ts';
import { toTensors } from '../network/weight-tensors.ts';
import { membersOf, statisticsOf, type WeightArrays } from '../network/weights.ts';
import type { Engine, StepInput, StepOutput } from './engine.ts';
import { type TensorflowBackend, useBackend } from './tensorflow-backend.ts';

/** Runs the network itself, the code that was trained, on a TensorFlow.js backend. */
class TensorflowEngine implements Engine {
  readonly name: string;
  readonly #shape: NetworkShape;
  readonly #stateSize: number;
  readonly #weights: StepWeights;

  constructor(name: string, shape: NetworkShape, weights: StepWeights) {
    this.name = name;
    this.#shape = shape;
    this.#stateSize = stateSize(shape);
    this.#weights = weights;
  }

  async step(input: StepInput): Promise<StepOutput> {
    let outputs: StepTensors | undefined;
    try {
      outputs = tf.tidy(() => this.#run(input));
      const [logits, state] = await Promise.all([
        outputs.logits.data<'float32'>(),
        outputs.state.data<'float32'>(),
      ]);
      return { logits, state };
    } catch (cause) {
      throw new TonewireError('TW_ENGINE_FAILED', undefined, { cause });
    } finally {
      if (outputs !== undefined) tf.dispose(Object.values(outputs));
    }
  }

  #run(input: StepInput): StepTensors {
    const { batchSize, frameCount } = input;
    const { featureCount } = this.#shape;
    const frames = input.frames.subarray(0, batchSize * frameCount * featureCount);
    const state = input.state.subarray(0, batchSize * this.#stateSize);
    return step(
      this.#shape,
      this.#weights,
      tf.tensor3d(frames, [batchSize, frameCount, featureCount]),
      tf.tensor2d(state, [batchSize, this.#stateSize]),
    );
  }

  async close(): Promise<void> {
    const { shared, members } = this.#weights;
    for (const tensors of [shared, ...members]) tf.dispose(Object.values(tensors));
  }
}

/** Opens an engine on a backend. A process computes on one TensorFlow.js backend at a time. */
export async function loadTensorflow(
  weights: WeightArrays,
  shape: NetworkShape,
  backend: TensorflowBackend,
): Promise<Engine> {
  await useBackend(backend);
  const members = membersOf(shape, weights).map((own) => toTensors(own, memberShape(shape)));
  const shared = toTensors(statisticsOf(weights), { ...shape, members: 0 });
  return new TensorflowEngine(`tensorflow-${backend}`, shape, { shared, members });
}
