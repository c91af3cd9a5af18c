import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_SHAPE, type NetworkShape } from '../../src/pipeline/network/shape.ts';
import { exportModel } from '../../src/training/export-model.ts';
import { initialWeights } from '../../src/training/initial-weights.ts';
import { createRandom } from '../../src/training/random.ts';

export interface RandomModelFolder {
  readonly path: string;
  remove(): void;
}

/** A whole model folder with random weights, of the shipped shape unless told otherwise: right for all but what is said. */
export async function randomModelFolder(
  other: Partial<NetworkShape> = {},
): Promise<RandomModelFolder> {
  const shape = { ...DEFAULT_SHAPE, ...other };
  const path = mkdtempSync(join(tmpdir(), 'tonewire-model-'));
  const weights = initialWeights(shape, createRandom(11));
  weights['input.mean'].fill(-4);
  weights['input.scale'].fill(0.2);
  const trained = { shape, weights, temperature: 1 };
  await exportModel(path, trained, {
    id: 'random-v1',
    description: 'Random weights, for tests.',
    trainingData: [],
    metrics: {},
  });
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
