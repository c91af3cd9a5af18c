import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { TonewireError } from '../../protocol/errors.ts';

const CRASH_EVENTS = ['uncaughtException', 'unhandledRejection'] as const;

/** Makes TensorFlow.js compute in WebAssembly with SIMD, in this process and thread. */
async function useWasmBackend(): Promise<void> {
  if (tf.getBackend() === 'wasm') return;
  const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(dirname(entry) + sep);
  const before = CRASH_EVENTS.map((event) => new Set(process.listeners(event as 'exit')));
  await activate('wasm');
  // The backend installs handlers that rethrow: what to do with a crash is the program's decision.
  CRASH_EVENTS.forEach((event, i) => {
    for (const listener of process.listeners(event as 'exit')) {
      if (!before[i]!.has(listener)) process.removeListener(event, listener);
    }
  });
}

/** Where TensorFlow.js computes: WebAssembly, or the native library of a package the user installs. */
export type TensorflowBackend = 'wasm' | 'node' | 'node-gpu';

/** Makes a backend the current one, for everything in this process. */
export async function useBackend(backend: TensorflowBackend): Promise<void> {
  if (backend === 'wasm') return useWasmBackend();
  const packageName = `@tensorflow/tfjs-${backend}`;
  try {
    // The package registers itself; nothing of it is called by name, so no types are needed.
    await import(packageName);
  } catch (cause) {
    throw new TonewireError('TW_ENGINE_MISSING', missingMessage(packageName), { cause });
  }
  await activate('tensorflow');
}

function missingMessage(packageName: string): string {
  return `${packageName} is not installed or cannot load here. Install it with "npm install ${packageName}@4.22.0"; it needs Node 18, 20 or 22 (it fails on Node 23 and later)${packageName.endsWith('-gpu') ? ' and a CUDA machine' : ''}.`;
}

/** Makes a registered backend the current one. */
async function activate(backend: string): Promise<void> {
  const ready = await tf.setBackend(backend);
  if (!ready) {
    throw new TonewireError('TW_ENGINE_FAILED', `TensorFlow.js cannot start "${backend}".`);
  }
  await tf.ready();
}
