import { InvalidArgumentError, Option } from 'commander';
import type { CorpusClip } from '../training/corpora/clip.ts';
import { type Protocol, split } from '../training/corpora/folds.ts';

/** The options that choose which of the clips are judged. */
export interface TestSide {
  readonly protocol?: Protocol;
  readonly fold: number;
}

export function testSideOptions(): Option[] {
  return [
    new Option(
      '--protocol <name>',
      'use only the test side of a fold: emobox, reslstm, random-10, …',
    ),
    new Option('--fold <n>', 'which fold, from 1').argParser(parseFold).default(1),
  ];
}

/** The clips that no training of this fold may have heard; without a protocol, all. */
export function testSide(
  clips: readonly CorpusClip[],
  { protocol, fold }: TestSide,
): readonly CorpusClip[] {
  return protocol === undefined ? clips : split(clips, protocol, fold).test;
}

function parseFold(text: string): number {
  const fold = Number(text);
  if (!Number.isInteger(fold) || fold < 1) throw new InvalidArgumentError('a whole number from 1');
  return fold;
}
