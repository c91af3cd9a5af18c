import * as tf from '@tensorflow/tfjs-core';
import { readoutCount } from '../pipeline/network/network.ts';
import type { Batch, TrainingClip } from './batches.ts';
import type { Recipe } from './recipe.ts';

/** What a label that does not take part has added to its logit. */
const EXCLUDED = -1e4;

/** How much a clip of each label and which labels of each corpus count. */
export interface LabelUse {
  readonly labelCount: number;
  /** `[labels]` */
  readonly weights: readonly number[];
  /** Labels that a corpus has; nothing is masked for a corpus that is not listed. */
  readonly byCorpus: ReadonlyMap<string | undefined, ReadonlySet<number>>;
}

/** Measures the label weights and the labels of each corpus on the training clips. */
export function measureLabels(
  clips: readonly TrainingClip[],
  recipe: Recipe,
  labelCount: number,
): LabelUse {
  const counts = new Array<number>(labelCount).fill(0);
  const byCorpus = new Map<string | undefined, Set<number>>();
  for (const { label, corpus } of clips) {
    counts[label]!++;
    if (!recipe.maskLabelsByCorpus) continue;
    const labels = byCorpus.get(corpus) ?? new Set();
    byCorpus.set(corpus, labels.add(label));
  }
  const present = counts.filter((count) => count > 0).length;
  const balanced = counts.map((count) => (count > 0 ? clips.length / (present * count) : 0));
  return { labelCount, weights: recipe.balanceLabels ? balanced : counts.map(() => 1), byCorpus };
}

/** What every readout of a batch is compared with, one row a readout, in the order of the logits. */
export interface Targets {
  /** `[R·B, labels]`: the wanted distribution. */
  readonly wanted: Float32Array;
  /** `[R·B, labels]`: 0, or EXCLUDED for a label that does not take part. */
  readonly excluded: Float32Array;
  /** `[R·B]`: adds up to 1; 0 where a clip has ended. */
  readonly weights: Float32Array;
  readonly rows: number;
}

/** Lays out one batch's targets: each clip counts by its label, its readouts by what was heard. */
export function targetsOf(batch: Batch, use: LabelUse, recipe: Recipe): Targets {
  const { labelCount } = use;
  const batchSize = batch.clips.length;
  const rows = readoutCount(batch.frameCount, recipe.readoutEvery) * batchSize;
  const wanted = new Float32Array(rows * labelCount);
  const excluded = new Float32Array(rows * labelCount);
  const weights = new Float32Array(rows);
  const total = batch.clips.reduce((sum, clip) => sum + use.weights[clip.label]!, 0);
  batch.clips.forEach((clip, b) => {
    const labels = use.byCorpus.get(clip.corpus);
    const takesPart = (label: number) => labels === undefined || labels.has(label);
    const sharing = labels?.size ?? labelCount;
    const count = readoutCount(batch.lengths[b]!, recipe.readoutEvery);
    const heard = Array.from({ length: count }, (_, r) => ((r + 1) / count) ** recipe.readoutPower);
    const allHeard = heard.reduce((sum, part) => sum + part, 0);
    heard.forEach((part, r) => {
      const row = r * batchSize + b;
      weights[row] = (part / allHeard) * (use.weights[clip.label]! / total);
      for (let label = 0; label < labelCount; label++) {
        const smooth = takesPart(label) ? recipe.labelSmoothing / sharing : 0;
        const hit = label === clip.label ? 1 - recipe.labelSmoothing : 0;
        wanted[row * labelCount + label] = smooth + hit;
        excluded[row * labelCount + label] = takesPart(label) ? 0 : EXCLUDED;
      }
    });
  });
  return { wanted, excluded, weights, rows };
}

/** Categorical cross-entropy over all readouts, `[R·B, labels]` → a scalar, with its gradient w·(p − wanted). */
export function crossEntropy(logits: tf.Tensor2D, targets: Targets): tf.Scalar {
  const shape = logits.shape;
  const op = tf.customGrad((...inputs) => {
    const save = inputs.pop() as unknown as tf.GradSaveFunc;
    const wanted = tf.tensor2d(targets.wanted, shape);
    const weights = tf.tensor2d(targets.weights, [targets.rows, 1]);
    const probabilities = tf.softmax(tf.add(logits, tf.tensor2d(targets.excluded, shape)));
    const surprise = tf.neg(tf.mul(wanted, tf.log(tf.add(probabilities, 1e-12))));
    save([tf.mul(weights, tf.sub(probabilities, wanted))]);
    return {
      value: tf.sum(tf.mul(weights, surprise)),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(dy, saved[0]!),
    };
  });
  return op(logits) as tf.Scalar;
}
