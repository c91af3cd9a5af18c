import { TonewireError } from '../protocol/errors.ts';
import type { CorpusClip } from './corpora/clip.ts';
import { foldCount, split, validationCut } from './corpora/folds.ts';
import type { TrainingPlan } from './training-plan.ts';

/** What a model learns from, what fits its temperature, and what it must never have heard. */
export interface Sides {
  readonly train: readonly CorpusClip[];
  readonly validation: readonly CorpusClip[];
  readonly test: readonly CorpusClip[];
}

/** A source's fold for the plan's fold: counted round, so that six folds can meet five. */
export function foldOfSource(fold: number, count: number): number {
  return ((fold - 1) % count) + 1;
}

/**
 * Cuts every source by its own protocol and puts the sides together; the validation speakers are
 * drawn from each source that has a protocol. Throws TW_TRAINING when recordings of a source are missing.
 */
export function sidesOf(clips: readonly CorpusClip[], plan: TrainingPlan, fold: number): Sides {
  const { seed } = plan.training;
  const sides = plan.sources.map(({ corpus, protocol }) => {
    const own = clips.filter((clip) => clip.corpus === corpus);
    if (own.length === 0) {
      throw new TonewireError('TW_TRAINING', `There are no recordings of ${corpus}.`);
    }
    if (protocol === undefined) return { train: own, validation: [], test: [] };
    const chosen = foldOfSource(fold, foldCount(own, protocol));
    const { train: learning, test } = split(own, protocol, chosen, seed);
    const { train, test: validation } = validationCut(learning, plan.validationShare, seed);
    return { train, validation, test };
  });
  return {
    train: sides.flatMap((side) => side.train),
    validation: sides.flatMap((side) => side.validation),
    test: sides.flatMap((side) => side.test),
  };
}

/** Every fold of the plan: as many as its first source has. */
export function foldsOf(clips: readonly CorpusClip[], plan: TrainingPlan): number[] {
  const { corpus, protocol } = plan.sources[0]!;
  if (protocol === undefined) return [plan.fold];
  const own = clips.filter((clip) => clip.corpus === corpus);
  return Array.from({ length: foldCount(own, protocol) }, (_, i) => i + 1);
}
