import { TonewireError } from '../protocol/errors.ts';
import type { CorpusClip } from './corpora/clip.ts';
import { foldCount, type Protocol, type Split, split, validationCut } from './corpora/folds.ts';
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
 * Cuts every source by its own protocol and puts the sides together. The validation speakers are
 * drawn from each source that has a protocol; who is in a test or validation side is learned from in
 * no source, unless the protocol mixes speakers by its name. Throws TW_TRAINING when recordings of a
 * source are missing.
 */
export function sidesOf(clips: readonly CorpusClip[], plan: TrainingPlan, fold: number): Sides {
  const cuts = plan.sources.map((source) => {
    const own = clips.filter((clip) => clip.corpus === source.corpus);
    if (own.length === 0) {
      throw new TonewireError('TW_TRAINING', `There are no recordings of ${source.corpus}.`);
    }
    return { ...cutSource(own, source.protocol, fold), source };
  });
  const apart = cuts.filter(({ source }) => !source.protocol?.startsWith('random'));
  const tested = new Set(apart.flatMap(({ test }) => test.map(({ speaker }) => speaker)));
  const learning = cuts.map(({ train, source }) => {
    return { kept: train.filter(({ speaker }) => !tested.has(speaker)), source };
  });
  const held = new Set(
    learning.flatMap(({ kept, source: { protocol } }) =>
      protocol === undefined
        ? []
        : validationCut(kept, plan.validationShare, plan.training.seed).test.map(
            ({ speaker }) => speaker,
          ),
    ),
  );
  const all = learning.flatMap(({ kept }) => kept);
  return {
    train: all.filter(({ speaker }) => !held.has(speaker)),
    validation: all.filter(({ speaker }) => held.has(speaker)),
    test: cuts.flatMap(({ test }) => test),
  };
}

/** One source's fold; without a protocol, nothing of it is held out. */
function cutSource(
  own: readonly CorpusClip[],
  protocol: Protocol | undefined,
  fold: number,
): Split {
  if (protocol === undefined) return { train: own, test: [] };
  // Not the plan's seed: tonewire evaluate has to find the same folds again.
  return split(own, protocol, foldOfSource(fold, foldCount(own, protocol)));
}

/** Every fold of the plan: as many as its first source has. */
export function foldsOf(clips: readonly CorpusClip[], plan: TrainingPlan): number[] {
  const { corpus, protocol } = plan.sources[0]!;
  if (protocol === undefined) return [plan.fold];
  const own = clips.filter((clip) => clip.corpus === corpus);
  return Array.from({ length: foldCount(own, protocol) }, (_, i) => i + 1);
}
