import type { Manifest } from '../pipeline/model-manifest.ts';
import type { CorpusClip } from '../training/corpora/clip.ts';
import { foldCount, type Protocol } from '../training/corpora/folds.ts';
import { foldOfSource } from '../training/sides.ts';

/** What a model's folder says of whom it has heard. */
export type Learned = Pick<Manifest, 'trainingData' | 'metrics'>;

/** A fold whose test side is to be judged, counted from 1. */
export interface JudgedFold {
  readonly protocol: Protocol;
  readonly fold: number;
}

/**
 * Why a model may have learned from the test side of a fold, in a sentence; null where it did not,
 * or where its folder says nothing of folds. `clips` are both sides of the fold.
 */
export function heldOutDoubt(
  learned: Learned,
  clips: readonly CorpusClip[],
  judged: JudgedFold,
): string | null {
  const heldOut = readHeldOut(learned.metrics);
  if (heldOut === null) return null;
  const corpora = [...new Set(clips.map(({ corpus }) => corpus))];
  const faults = corpora.flatMap((corpus) => {
    const protocol = heldOut.protocols.get(corpus);
    if (protocol === undefined) {
      const known = learned.trainingData.some(({ name }) => name === corpus);
      return known ? [`it learned from ${corpus}, and its folder names no part as held out`] : [];
    }
    // Counted by the protocol of the judged fold, for a folder may name one that nobody knows.
    const own = clips.filter((clip) => clip.corpus === corpus);
    const fold = foldOfSource(heldOut.fold, foldCount(own, judged.protocol));
    if (protocol === judged.protocol && fold === judged.fold) return [];
    const held = protocol === judged.protocol ? fold : heldOut.fold;
    const wanted = `fold ${judged.fold} of ${judged.protocol}`;
    return [`of ${corpus} it held out fold ${held} of ${protocol}, not ${wanted}`];
  });
  if (faults.length === 0) return null;
  return `The model may have learned from these very recordings: ${faults.join('; ')}.`;
}

/**
 * Whom training kept back of its side to report on and to fit the temperature, by the model's folder.
 * None where speakers stand on both sides, and in folders from before they were named.
 */
export function validationSpeakers({ metrics }: Learned): readonly string[] {
  const named: unknown = metrics.validationSpeakers;
  return Array.isArray(named) ? named.filter((name) => typeof name === 'string') : [];
}

/** Reads `metrics.protocol` as training writes it: `ravdess emobox, nemo nemo-pairs; fold 1 held out`. */
function readHeldOut({ protocol }: Learned['metrics']) {
  const match = /^(.*?);? ?fold (\d+)( held out)?$/.exec(String(protocol ?? ''));
  if (match === null) return null;
  const [, sources = '', fold] = match;
  const protocols = sources.split(', ').map((source): [corpus: string, protocol: string] => {
    const space = source.lastIndexOf(' ');
    return [source.slice(0, space), source.slice(space + 1)];
  });
  return { fold: Number(fold), protocols: new Map(protocols) };
}
