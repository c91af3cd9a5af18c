import * as tf from '@tensorflow/tfjs-core';
import { readoutCount } from '../pipeline/network/network.ts';
import { type Batch, NOBODY, type TrainingClip } from './batches.ts';
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
  const labelled = clips.filter(({ label }) => label !== NOBODY);
  for (const { label, corpus } of labelled) {
    counts[label]!++;
    if (!recipe.maskLabelsByCorpus) continue;
    const labels = byCorpus.get(corpus) ?? new Set();
    byCorpus.set(corpus, labels.add(label));
  }
  const present = counts.filter((count) => count > 0).length;
  const balanced = counts.map((count) => (count > 0 ? labelled.length / (present * count) : 0));
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

/** Lays out one batch's targets: each clip counts by its label, its readouts by what was heard of it. */
export function targetsOf(batch: Batch, use: LabelUse, recipe: Recipe): Targets {
  const { labelCount } = use;
  const batchSize = batch.lengths.length;
  const rows = readoutCount(batch.frameCount, recipe.readoutEvery) * batchSize;
  const wanted = new Float32Array(rows * labelCount);
  const excluded = new Float32Array(rows * labelCount);
  const weights = new Float32Array(rows);
  const total = batch.segments.flat().reduce((sum, { clip }) => sum + weightOf(clip, use), 0);
  batch.segments.forEach((segments, b) => {
    let start = 0;
    for (const { clip, endFrame } of segments) {
      const shares = readoutShares(start, endFrame, recipe, endFrame === batch.lengths[b]);
      for (const [r, share] of shares) {
        const row = r * batchSize + b;
        weights[row] = share * (weightOf(clip, use) / total);
        fillRow(clip, use, recipe, wanted.subarray(row * labelCount, (row + 1) * labelCount));
        maskRow(clip, use, excluded.subarray(row * labelCount, (row + 1) * labelCount));
      }
      start = endFrame;
    }
  });
  return { wanted, excluded, weights, rows };
}

/** Which readouts fall to a clip's frames, and each one's share of its weight, together 1. */
function readoutShares(
  start: number,
  end: number,
  recipe: Recipe,
  last: boolean,
): readonly (readonly [readout: number, share: number])[] {
  const { readoutEvery: every, readoutPower } = recipe;
  const first = Math.floor(start / every);
  // A readout in the middle of two clips' frames belongs to the clip that its last frame is of.
  const after = last ? Math.ceil(end / every) : Math.floor(end / every);
  const heard = Array.from({ length: after - first }, (_, i) => {
    const readAt = Math.min((first + i + 1) * every, end);
    return [first + i, ((readAt - start) / (end - start)) ** readoutPower] as const;
  });
  const sum = heard.reduce((total, [, part]) => total + part, 0);
  return heard.map(([readout, part]) => [readout, part / sum] as const);
}

function weightOf({ label }: TrainingClip, use: LabelUse): number {
  return label === NOBODY ? 1 : use.weights[label]!;
}

function takesPart(clip: TrainingClip, use: LabelUse, label: number): boolean {
  return use.byCorpus.get(clip.corpus)?.has(label) ?? true;
}

/** The wanted distribution of one readout, `[labels]`. */
function fillRow(clip: TrainingClip, use: LabelUse, recipe: Recipe, wanted: Float32Array): void {
  if (clip.label === NOBODY) {
    wanted.fill(1 / use.labelCount);
    return;
  }
  const sharing = use.byCorpus.get(clip.corpus)?.size ?? use.labelCount;
  for (let label = 0; label < use.labelCount; label++) {
    const smooth = takesPart(clip, use, label) ? recipe.labelSmoothing / sharing : 0;
    wanted[label] = smooth + (label === clip.label ? 1 - recipe.labelSmoothing : 0);
  }
}

/** What is added to the logits of one readout, `[labels]`. */
function maskRow(clip: TrainingClip, use: LabelUse, excluded: Float32Array): void {
  for (let label = 0; label < use.labelCount; label++) {
    excluded[label] = takesPart(clip, use, label) ? 0 : EXCLUDED;
  }
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
