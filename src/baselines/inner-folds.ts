import { measure } from '../evaluation/metrics.ts';
import type { Emotion } from '../protocol/labels.ts';
import { split } from '../training/corpora/folds.ts';
import type { LabelledFrames } from './labelled-frames.ts';

const INNER_FOLDS = 3;

export interface InnerFold {
  readonly train: readonly LabelledFrames[];
  readonly test: readonly LabelledFrames[];
}

/**
 * Cuts a training side again, whole speakers on one side, so that settings can be chosen without
 * the test side. Throws TW_CORPUS for fewer than three speakers.
 */
export function innerFolds(train: readonly LabelledFrames[], seed: number): InnerFold[] {
  const clips = train.map(({ clip }) => clip);
  return Array.from({ length: INNER_FOLDS }, (_, i) => {
    const held = new Set(split(clips, `speakers-${INNER_FOLDS}`, i + 1, seed).test);
    return {
      train: train.filter(({ clip }) => !held.has(clip)),
      test: train.filter(({ clip }) => held.has(clip)),
    };
  });
}

/** Unweighted accuracy over the pooled inner folds, 0..1; `predicted` holds one list a fold. */
export function pooledAccuracy(
  folds: readonly InnerFold[],
  predicted: readonly (readonly Emotion[])[],
): number {
  const judgements = folds.flatMap(({ test }, fold) =>
    test.map(({ clip }, i) => ({ truth: clip.label, predicted: predicted[fold]![i]! })),
  );
  return measure(judgements).unweightedAccuracy;
}
