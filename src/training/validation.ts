import * as tf from '@tensorflow/tfjs-core';
import { argmax } from '../pipeline/calibration.ts';
import { FEATURE_COUNT } from '../pipeline/features/layout.ts';
import { readoutCount, readouts } from '../pipeline/network/network.ts';
import type { NetworkShape } from '../pipeline/network/shape.ts';
import { toTensors } from '../pipeline/network/weight-tensors.ts';
import type { WeightArrays } from '../pipeline/network/weights.ts';
import { type TrainingClip, validationBatches } from './batches.ts';
import type { Recipe } from './recipe.ts';
import type { LabelledLogits } from './temperature.ts';

/** What the network said of one clip, readout by readout. */
export interface Readings {
  readonly clip: TrainingClip;
  /** `[labels]` each, the last one at the end of the clip. */
  readonly logits: readonly Float32Array[];
}

/** Runs the network over whole, unaltered clips. The backend is the one in use. */
export async function validate(
  shape: NetworkShape,
  arrays: WeightArrays,
  clips: readonly TrainingClip[],
  recipe: Pick<Recipe, 'batchSize' | 'readoutEvery'>,
): Promise<Readings[]> {
  const every = recipe.readoutEvery;
  const weights = toTensors(arrays, shape);
  const readings: Readings[] = [];
  for (const batch of validationBatches(clips, arrays['input.mean'], recipe.batchSize)) {
    const size = batch.clips.length;
    const logits = tf.tidy(() => {
      const frames = tf.tensor3d(batch.frames, [size, batch.frameCount, FEATURE_COUNT]);
      return readouts(shape, weights, frames, batch.lengths, { every }).logits;
    });
    const values = await logits.data();
    logits.dispose();
    batch.clips.forEach((clip, b) => {
      const rows = Array.from({ length: readoutCount(batch.lengths[b]!, every) }, (_, r) => {
        const start = (r * size + b) * shape.labelCount;
        return Float32Array.from(values.subarray(start, start + shape.labelCount));
      });
      readings.push({ clip, logits: rows });
    });
  }
  tf.dispose(Object.values(weights));
  return readings;
}

/** Accuracy at the end of the clips, and the mean recall over the labels that occur. */
export function accuracyOf(readings: readonly Readings[], labelCount: number) {
  const hits = new Array<number>(labelCount).fill(0);
  const counts = new Array<number>(labelCount).fill(0);
  for (const { clip, logits } of readings) {
    counts[clip.label]!++;
    if (argmax(logits.at(-1)!) === clip.label) hits[clip.label]!++;
  }
  const recalls = hits.flatMap((hit, label) => (counts[label]! > 0 ? [hit / counts[label]!] : []));
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  return {
    accuracy: sum(hits) / readings.length,
    unweightedAccuracy: sum(recalls) / recalls.length,
  };
}

/** Speech to hear before anything is claimed: earlier readouts are not shown, so not calibrated. */
const CALIBRATED_FROM_MS = 1000;

/** The readouts that a temperature is fitted on. */
export function calibrationReadouts(
  readings: readonly Readings[],
  recipe: Recipe,
  shape: NetworkShape,
): LabelledLogits[] {
  const first = Math.ceil(CALIBRATED_FROM_MS / (shape.hopMs * recipe.readoutEvery)) - 1;
  return readings.flatMap(({ clip, logits }) =>
    logits.slice(Math.min(first, logits.length - 1)).map((row) => ({
      logits: row,
      label: clip.label,
    })),
  );
}
