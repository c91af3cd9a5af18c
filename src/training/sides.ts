import { TonewireError } from '../protocol/errors.ts';
import type { CorpusClip } from './corpora/clip.ts';
import { foldCount, type Protocol, type Split, split, validationCut } from './corpora/folds.ts';
import type { Source, TrainingPlan } from './training-plan.ts';

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
 * no source. A protocol that mixes speakers by its name mixes them here too: it holds back clips.
 * Throws TW_TRAINING when recordings of a source are missing.
 */
export function sidesOf(clips: readonly CorpusClip[], plan: TrainingPlan, fold: number): Sides {
  const cuts = plan.sources.map((source) => {
    const own = clips.filter((clip) => clip.corpus === source.corpus);
    if (own.length === 0) {
      throw new TonewireError('TW_TRAINING', `There are no recordings of ${source.corpus}.`);
    }
    return { ...cutSource(own, source.protocol, fold), source };
  });
  const apart = cuts.filter(({ source }) => !mixesSpeakers(source.protocol));
  const tested = new Set(apart.flatMap(({ test }) => test.map(({ speaker }) => speaker)));
  const learning = cuts.map(({ train, source }) => {
    return { kept: train.filter(({ speaker }) => !tested.has(speaker)), source };
  });
  const held = learning.map(({ kept, source }) => ({ own: heldBack(kept, plan, source), source }));
  const heldClips = new Set(held.flatMap(({ own }) => own));
  const heldSpeakers = new Set(
    held
      .filter(({ source }) => !mixesSpeakers(source.protocol))
      .flatMap(({ own }) => own.map(({ speaker }) => speaker)),
  );
  const isHeld = (clip: CorpusClip) => heldClips.has(clip) || heldSpeakers.has(clip.speaker);
  const all = learning.flatMap(({ kept }) => kept);
  return {
    train: all.filter((clip) => !isHeld(clip)),
    validation: all.filter(isHeld),
    test: cuts.flatMap(({ test }) => test),
  };
}

function mixesSpeakers(protocol: Protocol | undefined): boolean {
  return protocol?.startsWith('random-') ?? false;
}

/** What one source keeps back of its training side to fit the temperature. */
function heldBack(
  kept: readonly CorpusClip[],
  { validationShare, training }: TrainingPlan,
  { protocol }: Source,
): readonly CorpusClip[] {
  if (protocol === undefined) return [];
  if (!mixesSpeakers(protocol)) return validationCut(kept, validationShare, training.seed).test;
  const parts = Math.max(2, Math.round(1 / validationShare));
  return split(kept, `random-${parts}`, 1, training.seed).test;
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
