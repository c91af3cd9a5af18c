import { TonewireError } from '../../protocol/errors.ts';
import type { ModelFolder } from '../model-folder.ts';
import type { Engine } from './engine.ts';
import { loadOnnxruntime, type OnnxruntimeOptions } from './onnxruntime.ts';
import type { TensorflowBackend } from './tensorflow-backend.ts';

export const ENGINE_NAMES = [
  'auto',
  'onnxruntime',
  'tensorflow-wasm',
  'tensorflow-node',
  'tensorflow-node-gpu',
] as const;

export type EngineName = (typeof ENGINE_NAMES)[number];

/** What of a model an engine runs. */
export type EngineModel = Pick<ModelFolder, 'graph' | 'weights'> & {
  readonly manifest: Pick<ModelFolder['manifest'], 'shape'>;
};

/**
 * Opens the engine of that name. 'auto' is ONNX Runtime, or TensorFlow.js in WebAssembly where the
 * native library does not load; an engine asked for by name is never replaced by another.
 */
export async function loadEngine(
  name: EngineName,
  model: EngineModel,
  options: OnnxruntimeOptions = {},
): Promise<Engine> {
  const { graph, manifest } = model;
  const { shape } = manifest;
  switch (name) {
    case 'onnxruntime':
      return loadOnnxruntime(graph, shape, options);
    case 'tensorflow-wasm':
      return tensorflow(model, 'wasm');
    case 'tensorflow-node':
      return tensorflow(model, 'node');
    case 'tensorflow-node-gpu':
      return tensorflow(model, 'node-gpu');
    case 'auto':
      try {
        return await loadOnnxruntime(graph, shape, options);
      } catch (error) {
        if (!(error instanceof TonewireError) || error.code !== 'TW_ENGINE_MISSING') throw error;
        return tensorflow(model, 'wasm');
      }
  }
}

/** TensorFlow.js takes a third of a second to load: only who runs on it pays for it. */
async function tensorflow(model: EngineModel, backend: TensorflowBackend): Promise<Engine> {
  const { loadTensorflow } = await import('./tensorflow.ts');
  return loadTensorflow(model.weights, model.manifest.shape, backend);
}
