import type { ModelFolder } from '../pipeline/model-folder.ts';
import { readerShares } from '../pipeline/network/shape.ts';
import type { Batch } from './batches.ts';
import { loadGradientEngine, type TrainingEngineName } from './engines/gradient-engine.ts';
import { memberOf, statisticsOfModel } from './reader-plans.ts';

/** A trained model that answers while another learns. */
export interface Teacher {
  /** The digest of its weights: which model it is. */
  readonly id: string;
  /** `[R·B, labels]`: its logits at every readout of a batch, as it is served: each reader's by its share. */
  answer(batch: Batch): Promise<Float32Array>;
  close(): Promise<void>;
}

/** Opens a model as a teacher. Frames from one readout to the next must be those of who learns. */
export async function openTeacher(
  model: ModelFolder,
  readoutEvery: number,
  engineName: TrainingEngineName | 'auto' = 'auto',
): Promise<Teacher> {
  const { shape } = model.manifest;
  const shares = readerShares(shape);
  const readers = await Promise.all(
    readersOf(model).map(async ({ manifest, weights }) => {
      const engine = await loadGradientEngine(engineName, { shape: manifest.shape, readoutEvery });
      return { engine, weights };
    }),
  );
  return {
    id: model.manifest.files['weights.bin']!,
    async answer(batch) {
      const answers: Float32Array[] = [];
      for (const { engine, weights } of readers)
        answers.push(await engine.readouts(weights, batch));
      return answers[0]!.map((_, i) =>
        answers.reduce((sum, logits, reader) => sum + shares[reader]! * logits[i]!, 0),
      );
    },
    async close() {
      for (const { engine } of readers) await engine.close();
    },
  };
}

/** Every member, then the statistics if there are any, each as a model. */
function readersOf(model: ModelFolder): ModelFolder[] {
  const { members, statisticsUnits } = model.manifest.shape;
  const own = Array.from({ length: members }, (_, i) => memberOf(model, i + 1));
  return statisticsUnits > 0 ? [...own, statisticsOfModel(model)] : own;
}
