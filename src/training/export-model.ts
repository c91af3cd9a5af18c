import { loadEngine } from '../pipeline/engines/load-engine.ts';
import { checkGolden, GOLDEN_TOLERANCE, makeGolden } from '../pipeline/golden.ts';
import { type ModelFolder, writeModelFolder } from '../pipeline/model-folder.ts';
import type { Manifest } from '../pipeline/model-manifest.ts';
import { TonewireError } from '../protocol/errors.ts';
import { EMOTIONS } from '../protocol/labels.ts';
import { exportOnnx } from './onnx-export.ts';
import type { TrainedWeights } from './trainer.ts';

/** What is known of a model beside its weights. */
export interface ModelMetadata {
  readonly id: string;
  readonly description: string;
  readonly trainingData: Manifest['trainingData'];
  readonly metrics: Manifest['metrics'];
  /** Text of the model card. */
  readonly card?: string;
}

/** Frames a leg gathers before a step: 256 ms. */
const STEP_FRAMES = 8;

/** Golden outputs of the network as it was trained. */
async function trainedGolden({ shape, weights }: Pick<TrainedWeights, 'shape' | 'weights'>) {
  const model = { graph: new Uint8Array(), weights, manifest: { shape } };
  const engine = await loadEngine('tensorflow-wasm', model);
  const golden = await makeGolden(engine, shape, weights);
  await engine.close();
  return golden;
}

/**
 * Writes a complete model folder and reads it back: weights, ONNX graph, golden outputs, manifest,
 * card. Refuses with TW_TRAINING when the served graph does not compute what was trained.
 */
export async function exportModel(
  path: string,
  trained: Pick<TrainedWeights, 'shape' | 'weights' | 'temperature'>,
  metadata: ModelMetadata,
): Promise<ModelFolder> {
  const { card, ...known } = metadata;
  const { shape, weights, temperature } = trained;
  const folder = await writeModelFolder(path, {
    manifest: { ...known, labels: EMOTIONS, shape, stepFrames: STEP_FRAMES, temperature },
    weights,
    graph: exportOnnx(shape, weights),
    golden: await trainedGolden(trained),
    ...(card === undefined ? {} : { card }),
  });
  const engine = await loadEngine('onnxruntime', folder);
  const difference = await checkGolden(engine, folder);
  await engine.close();
  if (!(difference <= GOLDEN_TOLERANCE)) {
    throw new TonewireError('TW_TRAINING', `The ONNX graph differs by ${difference} on a logit.`);
  }
  return folder;
}
