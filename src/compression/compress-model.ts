import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadEngine } from '../pipeline/engines/load-engine.ts';
import { checkGolden, GOLDEN_TOLERANCE, makeGolden } from '../pipeline/golden.ts';
import { type ModelFolder, writeModelFolder } from '../pipeline/model-folder.ts';
import {
  joinReaders,
  mapWeights,
  membersOf,
  statisticsOf,
  type WeightArrays,
  weightShapes,
} from '../pipeline/network/weights.ts';
import { TonewireError } from '../protocol/errors.ts';
import { exportOnnx } from '../training/onnx-export.ts';
import { type Compression, describeCompression } from './compression.ts';
import { int8Kernel } from './int8-kernel.ts';
import { KERNEL_NAMES } from './kernel-names.ts';
import { prune } from './prune.ts';
import { dequantize, quantize } from './quantize.ts';

function compressWeights(source: ModelFolder, compression: Compression): WeightArrays {
  const { shape } = source.manifest;
  const shapes = weightShapes(shape);
  const compressed = (own: WeightArrays) =>
    mapWeights((name) => {
      if (!KERNEL_NAMES.has(name)) return own[name];
      if (compression.kind === 'prune') return prune(own[name], compression.share);
      return dequantize(quantize(own[name], shapes[name][1]));
    });
  const members = membersOf(shape, source.weights).map(compressed);
  return joinReaders(members, compressed(statisticsOf(source.weights)));
}

async function cardOf(source: ModelFolder, compression: Compression): Promise<string> {
  const path = join(source.path, 'README.md');
  const original = existsSync(path) ? `\n---\n\n${await readFile(path, 'utf8')}` : '';
  return `${describeCompression(source.manifest.id, compression).card}${original}`;
}

/** An int8 graph is made from the original weights, so that they are rounded once. */
function makeGraph(source: ModelFolder, weights: WeightArrays, { kind }: Compression): Uint8Array {
  const { shape } = source.manifest;
  if (kind === 'int8') return exportOnnx(shape, source.weights, int8Kernel);
  return exportOnnx(shape, weights);
}

/** What the manifest of the compressed model says: the original's figures are kept as the original's. */
function manifestOf({ manifest }: ModelFolder, compression: Compression) {
  const { labels, shape, stepFrames, temperature, trainingData, metrics, id } = manifest;
  const { kind } = compression;
  const words = describeCompression(id, compression);
  return {
    id: words.id,
    description: words.description,
    labels,
    shape,
    stepFrames,
    temperature,
    ...(kind === 'int8' && { quantization: kind }),
    trainingData,
    metrics: {
      // By it an evaluation knows whose voices the model has heard.
      ...(metrics.protocol !== undefined && { protocol: metrics.protocol }),
      compression,
      original: { id, metrics },
    },
  };
}

/**
 * Writes a compressed copy of a model as a complete folder and reads it back. The golden outputs
 * are those of the new graph; refuses with TW_TRAINING when the same weights in floats do not give
 * them as engines must. A quantised model cannot be compressed again (TW_USAGE).
 */
export async function compressModel(
  source: ModelFolder,
  compression: Compression,
  out: string,
): Promise<ModelFolder> {
  if (source.manifest.quantization !== undefined) {
    throw new TonewireError('TW_USAGE', `${source.manifest.id} is compressed already.`);
  }
  const manifest = manifestOf(source, compression);
  const { shape } = manifest;
  const weights = compressWeights(source, compression);
  const graph = makeGraph(source, weights, compression);
  const engine = await loadEngine('onnxruntime', { graph, weights, manifest });
  const golden = await makeGolden(engine, shape, weights);
  await engine.close();
  const card = await cardOf(source, compression);
  const folder = await writeModelFolder(out, { manifest, weights, graph, golden, card });
  await checkFloats(folder);
  return folder;
}

async function checkFloats(folder: ModelFolder): Promise<void> {
  const engine = await loadEngine('tensorflow-wasm', folder);
  const difference = await checkGolden(engine, folder);
  await engine.close();
  if (!(difference <= GOLDEN_TOLERANCE)) {
    throw new TonewireError(
      'TW_TRAINING',
      `The compressed graph differs from its own weights by ${difference} on a logit.`,
    );
  }
}
