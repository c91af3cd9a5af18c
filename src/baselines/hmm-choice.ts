import { hmmAnswers } from './hmm-baseline.ts';
import { type HmmSettings, hmmForms, hmmSizes } from './hmm-settings.ts';
import { innerFolds, pooledAccuracy } from './inner-folds.ts';
import type { LabelledFrames } from './labelled-frames.ts';

export interface TriedSettings {
  readonly settings: HmmSettings;
  /** Unweighted accuracy over the inner folds, 0..1. */
  readonly innerAccuracy: number;
}

/**
 * Compares settings on inner folds of a training side: first the forms at a middle size, then the
 * other sizes of the best form. The best come first.
 */
export function compareHmmSettings(
  train: readonly LabelledFrames[],
  seed: number,
  onTried?: (tried: TriedSettings) => void,
): TriedSettings[] {
  const folds = innerFolds(train, seed);
  const attempt = (settings: HmmSettings): TriedSettings => {
    const predicted = folds.map((fold) => hmmAnswers(fold.train, fold.test, settings, seed));
    const tried = { settings, innerAccuracy: pooledAccuracy(folds, predicted) };
    onTried?.(tried);
    return tried;
  };
  const forms = bestFirst(hmmForms().map(attempt));
  const sizes = hmmSizes(forms[0]!.settings).map(attempt);
  return bestFirst([...forms, ...sizes]);
}

function bestFirst(tried: readonly TriedSettings[]): TriedSettings[] {
  return tried.toSorted((a, b) => b.innerAccuracy - a.innerAccuracy);
}
