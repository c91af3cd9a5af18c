import { argmax } from '../pipeline/calibration.ts';
import { readoutCount } from '../pipeline/network/network.ts';
import type { NetworkShape } from '../pipeline/network/shape.ts';
import type { WeightArrays } from '../pipeline/network/weights.ts';
import { type TrainingClip, validationBatches } from './batches.ts';
import type { GradientEngine } from './engines/gradient-engine.ts';
import type { CorpusAccuracy } from './epoch-report.ts';
import type { Recipe } from './recipe.ts';
import type { SpokenLogits } from './temperature.ts';

/** What the network said of one clip, readout by readout. */
export interface Readings {
  readonly clip: TrainingClip;
  /** `[labels]` each, the last one at the end of the clip. */
  readonly logits: readonly Float32Array[];
}

/** Runs the network over whole, unaltered clips. */
export async function validate(
  engine: GradientEngine,
  weights: WeightArrays,
  clips: readonly TrainingClip[],
  recipe: Pick<Recipe, 'batchSize' | 'readoutEvery'>,
  shape: NetworkShape,
): Promise<Readings[]> {
  const readings: Readings[] = [];
  for (const batch of validationBatches(clips, weights['input.mean'], recipe.batchSize)) {
    const size = batch.lengths.length;
    const values = await engine.readouts(weights, batch);
    batch.segments.forEach((segments, b) => {
      const count = readoutCount(batch.lengths[b]!, recipe.readoutEvery);
      const logits = Array.from({ length: count }, (_, r) => {
        const start = (r * size + b) * shape.labelCount;
        return values.slice(start, start + shape.labelCount);
      });
      readings.push({ clip: segments[0]!.clip, logits });
    });
  }
  return readings;
}

/** Accuracy at the end of the clips, and the mean recall over the labels that occur. */
function accuracyOf(readings: readonly Readings[], labelCount: number, masked: boolean) {
  const hits = new Array<number>(labelCount).fill(0);
  const counts = new Array<number>(labelCount).fill(0);
  for (const { clip } of readings) counts[clip.label]!++;
  for (const { clip, logits } of readings) {
    const allowed = logits
      .at(-1)!
      .map((logit, label) => (masked && counts[label] === 0 ? Number.NEGATIVE_INFINITY : logit));
    if (argmax(allowed) === clip.label) hits[clip.label]!++;
  }
  const recalls = hits.flatMap((hit, label) => (counts[label]! > 0 ? [hit / counts[label]!] : []));
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  return {
    accuracy: sum(hits) / readings.length,
    unweightedAccuracy: sum(recalls) / recalls.length,
  };
}

/** Accuracy corpus by corpus; where the recipe masks labels, a corpus is judged by its own. */
export function accuracyByCorpus(
  readings: readonly Readings[],
  recipe: Pick<Recipe, 'maskLabelsByCorpus'>,
  shape: NetworkShape,
): Record<string, CorpusAccuracy> {
  const corpora = [...new Set(readings.map(({ clip }) => clip.corpus ?? ''))];
  return Object.fromEntries(
    corpora.map((corpus) => {
      const own = readings.filter(({ clip }) => (clip.corpus ?? '') === corpus);
      return [corpus, accuracyOf(own, shape.labelCount, recipe.maskLabelsByCorpus)];
    }),
  );
}

/** Speech to hear before anything is claimed: earlier readouts are not shown, so not calibrated. */
const CALIBRATED_FROM_MS = 1000;

/** The readouts that a temperature is fitted on. */
export function calibrationReadouts(
  readings: readonly Readings[],
  recipe: Recipe,
  shape: NetworkShape,
): SpokenLogits[] {
  const first = Math.ceil(CALIBRATED_FROM_MS / (shape.hopMs * recipe.readoutEvery)) - 1;
  return readings.flatMap(({ clip, logits }) =>
    logits.slice(Math.min(first, logits.length - 1)).map((row) => ({
      logits: row,
      label: clip.label,
      speaker: clip.speaker,
    })),
  );
}
