import type { NetworkShape } from '../../pipeline/network/shape.ts';
import type { WeightArrays } from '../../pipeline/network/weights.ts';
import { TonewireError } from '../../protocol/errors.ts';
import type { Batch } from '../batches.ts';
import type { DropoutValues } from '../dropout.ts';
import type { Targets } from '../loss.ts';
import type { Gradients } from '../optimizer.ts';

/** What computes a training step. All engines give the same figures, to rounding. */
export interface GradientEngine {
  readonly name: string;
  /** Loss of a batch and the gradient of every learned weight. */
  gradients(
    weights: WeightArrays,
    batch: Batch,
    targets: Targets,
    dropout: DropoutValues,
  ): Promise<{ readonly loss: number; readonly gradients: Gradients }>;
  /** `[R·B, labels]`: logits at every readout, without dropout; row `r · B + b` is clip b's. */
  readouts(weights: WeightArrays, batch: Batch): Promise<Float32Array>;
  close(): Promise<void>;
}

export interface GradientEngineOptions {
  readonly shape: NetworkShape;
  /** Frames from one readout to the next. */
  readonly readoutEvery: number;
  /** Threads of one step; TensorFlow.js decides for itself. */
  readonly threads?: number;
}

/** Which engine trains. `auto` takes the first that loads, in this order. */
export const TRAINING_ENGINES = [
  'tensorflow-node-gpu',
  'tensorflow-node',
  'onnxruntime',
  'tensorflow-wasm',
] as const;
export type TrainingEngineName = (typeof TRAINING_ENGINES)[number];

/** Loads one engine, or with `auto` the first that is installed. */
export async function loadGradientEngine(
  name: TrainingEngineName | 'auto',
  options: GradientEngineOptions,
): Promise<GradientEngine> {
  if (name !== 'auto') return load(name, options);
  for (const candidate of TRAINING_ENGINES) {
    try {
      return await load(candidate, options);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  throw new TonewireError('TW_ENGINE_MISSING', 'No training engine is installed.');
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'TW_ENGINE_MISSING';
}

async function load(
  name: TrainingEngineName,
  options: GradientEngineOptions,
): Promise<GradientEngine> {
  if (name === 'onnxruntime') {
    const { loadOnnxruntimeGradients } = await import('./onnxruntime.ts');
    return loadOnnxruntimeGradients(options);
  }
  const { loadTensorflowGradients } = await import('./tensorflow.ts');
  const backends = {
    'tensorflow-node-gpu': 'node-gpu',
    'tensorflow-node': 'node',
    'tensorflow-wasm': 'wasm',
  } as const;
  return loadTensorflowGradients(backends[name], options);
}
