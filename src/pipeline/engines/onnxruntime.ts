import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { TonewireError } from '../../protocol/errors.ts';
import { type NetworkShape, stateSize } from '../network/shape.ts';
import type { Engine, StepInput, StepOutput } from './engine.ts';

export interface OnnxruntimeOptions {
  /** Threads that share one step's arithmetic. Default 1: many legs a step, other work beside it. */
  readonly threads?: number;
}

type Runtime = typeof import('onnxruntime-node');

/** Loads the native library now, not with this module, so that a machine without it can fall back. */
export async function loadRuntime(): Promise<Runtime> {
  try {
    return await import('onnxruntime-node');
  } catch (cause) {
    const message =
      'onnxruntime-node cannot load here. Install it with "npm install onnxruntime-node", or choose the engine "tensorflow-wasm".';
    throw new TonewireError('TW_ENGINE_MISSING', message, { cause });
  }
}

function floats(tensor: Tensor): Float32Array {
  return tensor.data as Float32Array;
}

/**
 * Runs `model.onnx` on the CPU. The package computes on the thread that calls it, promise or not:
 * that thread stands still for one step, about 5 ms for 64 legs (engine-thread.ts).
 */
class OnnxruntimeEngine implements Engine {
  readonly name = 'onnxruntime';
  readonly #runtime: Runtime;
  readonly #session: InferenceSession;
  readonly #featureCount: number;
  readonly #stateSize: number;

  constructor(runtime: Runtime, session: InferenceSession, shape: NetworkShape) {
    this.#runtime = runtime;
    this.#session = session;
    this.#featureCount = shape.featureCount;
    this.#stateSize = stateSize(shape);
  }

  async step(input: StepInput): Promise<StepOutput> {
    const { batchSize, frameCount } = input;
    try {
      const outputs = await this.#session.run({
        frames: this.#tensor(input.frames, [batchSize, frameCount, this.#featureCount]),
        state: this.#tensor(input.state, [batchSize, this.#stateSize]),
      });
      return {
        logits: floats(outputs.logits!),
        state: floats(outputs.state_after!),
      };
    } catch (cause) {
      throw new TonewireError('TW_ENGINE_FAILED', undefined, { cause });
    }
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  #tensor(values: Float32Array, dims: number[]): Tensor {
    const size = dims.reduce((product, dim) => product * dim, 1);
    return new this.#runtime.Tensor('float32', values.subarray(0, size), dims);
  }
}

/** Opens the default engine over the bytes of a model's `model.onnx`. */
export async function loadOnnxruntime(
  graph: Uint8Array,
  shape: NetworkShape,
  options: OnnxruntimeOptions = {},
): Promise<Engine> {
  const runtime = await loadRuntime();
  try {
    const session = await runtime.InferenceSession.create(graph, {
      executionProviders: ['cpu'],
      graphOptimizationLevel: 'all',
      executionMode: 'sequential',
      intraOpNumThreads: options.threads ?? 1,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    });
    return new OnnxruntimeEngine(runtime, session, shape);
  } catch (cause) {
    const message = 'model.onnx: ONNX Runtime does not accept it.';
    throw new TonewireError('TW_MODEL_INVALID', message, { cause });
  }
}
