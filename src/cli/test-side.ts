import { Option } from 'commander';
import { heldOutDoubt, type JudgedFold, type Learned } from '../evaluation/held-out.ts';
import type { CorpusClip } from '../training/corpora/clip.ts';
import { PROTOCOLS, type Protocol, split } from '../training/corpora/folds.ts';
import { parseCount } from './arguments.ts';

/** The options that choose which of the clips are judged. */
export interface TestSideFlags {
  readonly protocol?: Protocol;
  readonly fold: number;
}

export function testSideOptions(): Option[] {
  return [
    protocolOption('use only the test side of a fold'),
    new Option('--fold <n>', 'which fold, from 1').argParser(parseCount).default(1),
  ];
}

export function protocolOption(meaning: string): Option {
  return new Option('--protocol <name>', `${meaning}: ${PROTOCOLS.join(', ')}`);
}

/** The clips that no training of this fold may have heard, and who they are, said on standard error. */
export function testSide(clips: readonly CorpusClip[], { protocol, fold }: JudgedFold) {
  const { test } = split(clips, protocol, fold);
  announceSide(`Fold ${fold}, test speakers`, test);
  return test;
}

/** Says on standard error who is judged. */
export function announceSide(name: string, clips: readonly CorpusClip[]): void {
  const speakers = [...new Set(clips.map(({ speaker }) => speaker))];
  process.stderr.write(`${name}: ${speakers.join(', ')} (${clips.length} recordings)\n`);
}

/** The clips to judge, all without a protocol; warns where the model may have learned from them. */
export function judgedClips(
  clips: readonly CorpusClip[],
  { protocol, fold }: TestSideFlags,
  model: Learned,
): readonly CorpusClip[] {
  if (protocol === undefined) return clips;
  const judged = { protocol, fold };
  const chosen = testSide(clips, judged);
  const doubt = heldOutDoubt(model, clips, judged);
  if (doubt !== null) process.stderr.write(`${doubt}\n`);
  return chosen;
}
