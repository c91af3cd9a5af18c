import * as tf from '@tensorflow/tfjs-core';
import { readoutCount } from '../pipeline/network/network.ts';
import { EMOTIONS, type Emotion } from '../protocol/labels.ts';
import { type Batch, NOBODY, type TrainingClip } from './batches.ts';
import type { Recipe } from './recipe.ts';

/** What a label that does not take part has added to its logit. */
const EXCLUDED = -1e4;

/** Which labels of each corpus count, and how likely each is there before anything is heard. */
export interface LabelUse {
  readonly labelCount: number;
  /**
   * `[labels]` a corpus and label of a clip: what each label has added to its logit while that clip is
   * learnt. Nothing is added for a corpus that is not listed.
   */
  readonly offsets: ReadonlyMap<string | undefined, readonly Float32Array[]>;
}

/** What of a recipe decides which labels count. */
type LabelRules = Pick<Recipe, 'maskLabelsByCorpus' | 'absentLabels' | 'balanceLabels'>;

/** Measures on the training clips what the recipe's rules for labels add. */
export function measureLabels(
  clips: readonly TrainingClip[],
  recipe: LabelRules,
  labelCount: number,
): LabelUse {
  const { maskLabelsByCorpus, balanceLabels } = recipe;
  const offsets = new Map<string | undefined, readonly Float32Array[]>();
  if (!maskLabelsByCorpus && !balanceLabels) return { labelCount, offsets };
  const labelled = clips.filter(({ label }) => label !== NOBODY);
  for (const corpus of new Set(labelled.map((clip) => clip.corpus))) {
    const own = maskLabelsByCorpus ? labelled.filter((clip) => clip.corpus === corpus) : labelled;
    const counts = new Array<number>(labelCount).fill(0);
    for (const { label } of own) counts[label]!++;
    const present = counts.filter((count) => count > 0).length;
    const offsetOf = (count: number) => {
      if (count === 0) return maskLabelsByCorpus ? EXCLUDED : 0;
      return balanceLabels ? Math.log((count * present) / own.length) : 0;
    };
    const common = Float32Array.from(counts, offsetOf);
    offsets.set(
      corpus,
      counts.map((_, label) => withAbsent(common, label, recipe)),
    );
  }
  return { labelCount, offsets };
}

/** The offsets for clips of one label: what their corpus lacks counts all the same, unless this label may hide it. */
function withAbsent(
  offsets: Float32Array,
  label: number,
  { absentLabels }: LabelRules,
): Float32Array {
  const own = offsets.slice();
  for (const [absent, hiding] of Object.entries(absentLabels)) {
    const at = EMOTIONS.indexOf(absent as Emotion);
    if (offsets[at] === EXCLUDED && !hiding.includes(EMOTIONS[label]!)) own[at] = 0;
  }
  return own;
}

/** `[labels]` for a clip; none for one of a corpus without rules. */
function offsetsOf(clip: TrainingClip, { offsets }: LabelUse): Float32Array | undefined {
  return offsets.get(clip.corpus)?.[clip.label];
}

/** What every readout of a batch is compared with, one row a readout, in the order of the logits. */
export interface Targets {
  /** `[R·B, labels]`: the wanted distribution. */
  readonly wanted: Float32Array;
  /** `[R·B, labels]`, added to the logits: EXCLUDED for a label that does not take part, else the log of how much more often it occurs than others, or 0. */
  readonly offsets: Float32Array;
  /** `[R·B]`: adds up to 1; 0 where a clip has ended. */
  readonly weights: Float32Array;
  readonly rows: number;
}

/** Lays out one batch's targets: every clip counts the same, its readouts by what was heard of it. */
export function targetsOf(batch: Batch, use: LabelUse, recipe: Recipe): Targets {
  const { labelCount } = use;
  const batchSize = batch.lengths.length;
  const rows = readoutCount(batch.frameCount, recipe.readoutEvery) * batchSize;
  const wanted = new Float32Array(rows * labelCount);
  const offsets = new Float32Array(rows * labelCount);
  const weights = new Float32Array(rows);
  const clipCount = batch.segments.flat().length;
  batch.segments.forEach((segments, b) => {
    let start = 0;
    for (const { clip, endFrame } of segments) {
      const shares = readoutShares(start, endFrame, recipe, endFrame === batch.lengths[b]);
      for (const [r, share] of shares) {
        const row = r * batchSize + b;
        weights[row] = share / clipCount;
        fillRow(clip, use, recipe, wanted.subarray(row * labelCount, (row + 1) * labelCount));
        const added = offsetsOf(clip, use);
        if (added !== undefined) offsets.set(added, row * labelCount);
      }
      start = endFrame;
    }
  });
  return { wanted, offsets, weights, rows };
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

/**
 * The wanted distribution of one readout, `[labels]`. What smoothing takes from the label goes to all as they are
 * likely beforehand: a rare one would otherwise be wanted more often than it occurs.
 */
function fillRow(clip: TrainingClip, use: LabelUse, recipe: Recipe, wanted: Float32Array): void {
  if (clip.label === NOBODY) {
    wanted.fill(1 / use.labelCount);
    return;
  }
  const likelihoods = offsetsOf(clip, use)?.map(Math.exp) ?? wanted.slice().fill(1);
  const sum = likelihoods.reduce((total, likelihood) => total + likelihood);
  for (let label = 0; label < use.labelCount; label++) {
    const smooth = recipe.labelSmoothing * (likelihoods[label]! / sum);
    wanted[label] = smooth + (label === clip.label ? 1 - recipe.labelSmoothing : 0);
  }
}

/** Categorical cross-entropy over all readouts, `[R·B, labels]` → a scalar, with its gradient w·(p − wanted). */
export function crossEntropy(logits: tf.Tensor2D, targets: Targets): tf.Scalar {
  const shape = logits.shape;
  const op = tf.customGrad((...inputs) => {
    const save = inputs.pop() as unknown as tf.GradSaveFunc;
    const wanted = tf.tensor2d(targets.wanted, shape);
    const weights = tf.tensor2d(targets.weights, [targets.rows, 1]);
    const probabilities = tf.softmax(tf.add(logits, tf.tensor2d(targets.offsets, shape)));
    const surprise = tf.neg(tf.mul(wanted, tf.log(tf.add(probabilities, 1e-12))));
    save([tf.mul(weights, tf.sub(probabilities, wanted))]);
    return {
      value: tf.sum(tf.mul(weights, surprise)),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(dy, saved[0]!),
    };
  });
  return op(logits) as tf.Scalar;
}
