import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TonewireError } from '../protocol/errors.ts';
import { checkGoldenFile, type Golden } from './golden.ts';
import {
  checkManifest,
  FORMAT_VERSION,
  featureSection,
  type Manifest,
  weightSection,
} from './model-manifest.ts';
import { mapWeights, WEIGHT_NAMES, type WeightArrays } from './network/weights.ts';

/** A model as it lies on disk: `manifest.json`, `weights.bin`, `model.onnx`, `golden.json`, a card. */
export interface ModelFolder {
  readonly path: string;
  readonly manifest: Manifest;
  readonly weights: WeightArrays;
  /** The bytes of `model.onnx`: the network's step over the same weights. */
  readonly graph: Uint8Array;
  readonly golden: Golden;
}

/** What a new folder is made from; the rest of the manifest follows from it. */
export interface ModelContent {
  readonly manifest: Omit<
    Manifest,
    'formatVersion' | 'labels' | 'features' | 'weights' | 'files'
  > & { readonly labels: readonly string[] };
  readonly weights: WeightArrays;
  readonly graph: Uint8Array;
  readonly golden: Golden;
  /** Text of the model card, `README.md`. */
  readonly card?: string;
}

const REQUIRED_FILES = ['weights.bin', 'model.onnx', 'golden.json'] as const;

function invalid(folder: string, file: string, fault: string, cause?: unknown): TonewireError {
  return new TonewireError('TW_MODEL_INVALID', `${join(folder, file)}: ${fault}`, { cause });
}

async function readBytes(folder: string, file: string): Promise<Buffer> {
  try {
    return await readFile(join(folder, file));
  } catch (cause) {
    throw invalid(folder, file, 'the file is missing or cannot be read.', cause);
  }
}

function parse(folder: string, file: string, bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw invalid(folder, file, 'not valid JSON.', cause);
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Every file that the manifest lists, each with the hash it has to have. */
async function readListed(path: string, manifest: Manifest): Promise<Map<string, Buffer>> {
  const missing = REQUIRED_FILES.find((file) => !(file in manifest.files));
  if (missing !== undefined)
    throw invalid(path, 'manifest.json', `/files does not list ${missing}.`);
  const contents = new Map<string, Buffer>();
  for (const [file, hash] of Object.entries(manifest.files)) {
    if (!/^[\w.-]+$/.test(file))
      throw invalid(path, 'manifest.json', '/files names another folder.');
    const bytes = await readBytes(path, file);
    if (sha256(bytes) !== hash)
      throw invalid(path, file, 'its SHA-256 is not the one in the manifest.');
    contents.set(file, bytes);
  }
  return contents;
}

/** Cuts `weights.bin` into its tensors. Every platform that Node runs on is little-endian enough. */
function readWeights(path: string, manifest: Manifest, bytes: Buffer): WeightArrays {
  const last = manifest.weights.at(-1)!;
  const floats = (shape: readonly number[]) => shape[0]! * shape[1]!;
  const wanted = last.byteOffset + floats(last.shape) * Float32Array.BYTES_PER_ELEMENT;
  if (bytes.length !== wanted) {
    throw invalid(path, 'weights.bin', `${bytes.length} bytes, not the ${wanted} of its tensors.`);
  }
  // A copy, because a Buffer may start at an address that floats cannot.
  const aligned = Uint8Array.from(bytes).buffer;
  return mapWeights((name) => {
    const place = manifest.weights.find((tensor) => tensor.name === name);
    if (place === undefined) return new Float32Array();
    return new Float32Array(aligned, place.byteOffset, floats(place.shape));
  });
}

/** Reads a model folder; refuses with TW_MODEL_INVALID, naming file and field, what does not fit. */
export async function loadModelFolder(path: string): Promise<ModelFolder> {
  const manifest = checkManifest(
    parse(path, 'manifest.json', await readBytes(path, 'manifest.json')),
  );
  if ('fault' in manifest) throw invalid(path, 'manifest.json', `${manifest.fault}.`);
  const contents = await readListed(path, manifest);
  const golden = checkGoldenFile(parse(path, 'golden.json', contents.get('golden.json')!));
  if ('fault' in golden) throw invalid(path, 'golden.json', `${golden.fault}.`);
  return {
    path,
    manifest,
    weights: readWeights(path, manifest, contents.get('weights.bin')!),
    graph: contents.get('model.onnx')!,
    golden,
  };
}

/** Writes a model folder, the manifest last, and returns it as it reads back. */
export async function writeModelFolder(path: string, content: ModelContent): Promise<ModelFolder> {
  const { weights, graph, golden, card } = content;
  const files = new Map<string, Uint8Array>([
    ['weights.bin', Buffer.concat(WEIGHT_NAMES.map((name) => bytesOf(weights[name])))],
    ['model.onnx', graph],
    ['golden.json', Buffer.from(`${JSON.stringify(golden)}\n`)],
  ]);
  if (card !== undefined) files.set('README.md', Buffer.from(card));
  const { id, description, labels, ...rest } = content.manifest;
  const manifest: Manifest = {
    formatVersion: FORMAT_VERSION,
    id,
    description,
    labels: [...labels],
    features: featureSection(),
    ...rest,
    weights: weightSection(rest.shape),
    files: Object.fromEntries([...files].map(([file, bytes]) => [file, sha256(bytes)])),
  };
  await mkdir(path, { recursive: true });
  for (const [file, bytes] of files) await writeFile(join(path, file), bytes);
  await writeFile(join(path, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return loadModelFolder(path);
}

function bytesOf(values: Float32Array): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
}
