import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { loadRuntime } from '../../pipeline/engines/onnxruntime.ts';
import { FEATURE_COUNT } from '../../pipeline/features/layout.ts';
import { readoutCount } from '../../pipeline/network/network.ts';
import {
  centringDecayPerFrame,
  decayPerFrame,
  type NetworkShape,
  peakDecayPerFrame,
  pooledSize,
  trainedReader,
} from '../../pipeline/network/shape.ts';
import {
  learnedNames,
  presentNames,
  type WeightArrays,
  weightShapes,
} from '../../pipeline/network/weights.ts';
import type { Batch } from '../batches.ts';
import type { DropoutValues } from '../dropout.ts';
import { gradientName, trainingGraph } from '../gradient-graph/training-graph.ts';
import type { Targets } from '../loss.ts';
import type { Gradients } from '../optimizer.ts';
import type { GradientEngine, GradientEngineOptions } from './gradient-engine.ts';

type Feed = readonly [values: Float32Array, dimensions: readonly number[]];
type Feeds = Record<string, Feed>;

/** `[T]` of a function of the frame's number, from 1. */
function overTime(frameCount: number, f: (t: number) => number): Feed {
  return [Float32Array.from({ length: frameCount }, (_, t) => f(t + 1)), [frameCount, 1, 1]];
}

/** `[R, T]`: e^(−λ·age) of every frame at every readout, 0 for frames that come after it. */
function fading(readouts: number, frameCount: number, every: number, decay: number): Feed {
  const values = new Float32Array(readouts * frameCount);
  for (let r = 0; r < readouts; r++) {
    const end = (r + 1) * every;
    for (let t = 0; t < Math.min(end, frameCount); t++) {
      values[r * frameCount + t] = Math.exp(-decay * (end - 1 - t));
    }
  }
  return [values, [readouts, frameCount]];
}

/** `[T, B, 1]`: 1 where a clip has a frame. */
function presence(batch: Batch): Feed {
  const size = batch.lengths.length;
  const values = new Float32Array(batch.frameCount * size);
  batch.lengths.forEach((length, b) => {
    for (let t = 0; t < length; t++) values[t * size + b] = 1;
  });
  return [values, [batch.frameCount, size, 1]];
}

function weightFeeds(shape: NetworkShape, weights: WeightArrays): Feeds {
  const shapes = weightShapes(shape);
  const names = presentNames(shape);
  return Object.fromEntries(names.map((name) => [name, [weights[name], shapes[name]]]));
}

/** What the graph needs of a batch, with gradients or without. */
function batchFeeds(shape: NetworkShape, batch: Batch, every: number): Feeds {
  const { frameCount, lengths, frames } = batch;
  const own = trainedReader(shape);
  const readouts = readoutCount(frameCount, every);
  return {
    frames: [frames, [lengths.length, frameCount, FEATURE_COUNT]],
    present: presence(batch),
    fade: fading(readouts, frameCount, every, decayPerFrame(own)),
    ...(own.peakSharpness > 0 && {
      peakFade: fading(readouts, frameCount, every, peakDecayPerFrame(own)),
    }),
    ...(shape.members > 0 && centringFeeds(shape, frameCount)),
  };
}

function centringFeeds(shape: NetworkShape, frameCount: number): Feeds {
  const decay = centringDecayPerFrame(shape);
  const count = (t: number) => (1 - Math.exp(-decay * t)) / (1 - Math.exp(-decay));
  return {
    grow: overTime(frameCount, (t) => Math.exp(decay * t)),
    shrink: overTime(frameCount, (t) => Math.exp(-decay * t)),
    divisor: overTime(frameCount, (t) => shape.centringPriorFrames + count(t)),
  };
}

function learningFeeds(
  shape: NetworkShape,
  size: number,
  targets: Targets,
  dropout: DropoutValues,
): Feeds {
  const readouts = targets.rows / size;
  const labels = [readouts, size, shape.labelCount];
  const channels = [1, size, shape.convChannels];
  const reader = trainedReader(shape);
  return {
    wanted: [targets.wanted, labels],
    offsets: [targets.offsets, labels],
    rowWeights: [targets.weights, [readouts, size, 1]],
    ...(shape.members > 0 && {
      drop1: [dropout.conv1, channels],
      drop2: [dropout.conv2, channels],
    }),
    dropPooled: [dropout.pooled, [1, size, pooledSize(reader)]],
    dropDense: [dropout.dense, [1, size, reader.denseUnits]],
  };
}

/**
 * The same network and its gradient as one ONNX graph. On one core it takes a fraction of the time
 * of TensorFlow.js in WebAssembly (docs/decisions).
 */
export async function loadOnnxruntimeGradients(
  options: GradientEngineOptions,
): Promise<GradientEngine> {
  const runtime = await loadRuntime();
  const { shape, readoutEvery: every, threads = 1 } = options;
  const open = (gradients: boolean): Promise<InferenceSession> =>
    runtime.InferenceSession.create(Buffer.from(trainingGraph(shape, { gradients })), {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
    });
  const [training, forward] = [await open(true), await open(false)];
  const run = (session: InferenceSession, feeds: Feeds) => {
    const tensors = Object.entries(feeds).map(([name, [values, dimensions]]): [string, Tensor] => [
      name,
      new runtime.Tensor('float32', values, dimensions),
    ]);
    return session.run(Object.fromEntries(tensors));
  };
  return {
    name: 'onnxruntime',
    async gradients(weights, batch, targets, dropout) {
      const size = batch.lengths.length;
      const outputs = await run(training, {
        ...weightFeeds(shape, weights),
        ...batchFeeds(shape, batch, every),
        ...learningFeeds(shape, size, targets, dropout),
      });
      const gradients: Gradients = {};
      for (const name of learnedNames(shape)) {
        gradients[name] = outputs[gradientName(name)]!.data as Float32Array;
      }
      return { loss: (outputs.loss!.data as Float32Array)[0]!, gradients };
    },
    async readouts(weights, batch) {
      const feeds = { ...weightFeeds(shape, weights), ...batchFeeds(shape, batch, every) };
      const { logits } = await run(forward, feeds);
      return logits!.data as Float32Array;
    },
    async close() {
      await training.release();
      await forward.release();
    },
  };
}
