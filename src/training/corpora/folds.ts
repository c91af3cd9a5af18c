import { TonewireError } from '../../protocol/errors.ts';
import { createRandom } from '../random.ts';
import type { CorpusClip } from './clip.ts';

/** Training and test recordings of one fold. */
export interface Split {
  readonly train: readonly CorpusClip[];
  readonly test: readonly CorpusClip[];
}

/**
 * How a corpus is cut. `random-<k>` mixes speakers over both sides, for comparison with published
 * figures that did; every other protocol keeps each speaker on one side.
 */
export type Protocol =
  | 'emobox'
  | 'reslstm'
  | 'cremad-blocks'
  | 'nemo-pairs'
  | `speakers-${number}`
  | `random-${number}`;

/** EmoBox (Ma et al., Interspeech 2024): RAVDESS, test actors of the six folds. */
const EMOBOX_TEST_ACTORS = [
  [1, 11, 20, 21],
  [4, 10, 12, 14],
  [8, 9, 19, 23],
  [3, 5, 7, 24],
  [2, 15, 16, 18],
  [6, 13, 17, 22],
];

/** ResLSTM-SA's five folds of RAVDESS, for the head-to-head with it. */
const RESLSTM_TEST_ACTORS = [
  [2, 5, 14, 15, 16],
  [3, 6, 7, 13, 18],
  [10, 11, 12, 19, 20],
  [8, 17, 21, 23, 24],
  [1, 4, 9, 22],
];

/** First and last actor of CREMA-D's five blocks. */
const CREMAD_BLOCKS = [
  [1001, 1018],
  [1019, 1036],
  [1037, 1054],
  [1055, 1072],
  [1073, 1091],
] as const;

const NEMO_SPEAKERS_A_FOLD = 2;

/** Number of folds of a protocol over these clips. */
export function foldCount(clips: readonly CorpusClip[], protocol: Protocol): number {
  const counted = countedFolds(protocol);
  return counted === null ? speakerFolds(clips, protocol, 0).length : counted.count;
}

/**
 * The two sides of one fold, counted from 1. `seed` decides the draws of `random-<k>` and
 * `speakers-<k>` and nothing else.
 */
export function split(
  clips: readonly CorpusClip[],
  protocol: Protocol,
  fold: number,
  seed = 1,
): Split {
  const random = countedFolds(protocol)?.kind === 'random';
  const inTest = random
    ? randomFolds(clips, protocol, seed)
    : wholeSpeakerFolds(clips, protocol, seed);
  const count = inTest.count;
  if (!Number.isInteger(fold) || fold < 1 || fold > count) {
    throw new TonewireError('TW_CORPUS', `${protocol} has folds 1 to ${count}, not ${fold}.`);
  }
  const train = clips.filter((clip) => inTest.foldOf(clip) !== fold);
  const test = clips.filter((clip) => inTest.foldOf(clip) === fold);
  if (train.length === 0 || test.length === 0) {
    const side = train.length === 0 ? 'training' : 'test';
    throw new TonewireError(
      'TW_CORPUS',
      `${protocol} fold ${fold} leaves no ${side} clips: is this the corpus it was made for?`,
    );
  }
  return { train, test };
}

/**
 * Holds whole speakers back from training, for the temperature and the thresholds: about `share`
 * of the speakers, at least one, drawn by `seed`. Returns them as `test`.
 */
export function validationCut(clips: readonly CorpusClip[], share: number, seed: number): Split {
  const speakers = createRandom(seed).shuffle(speakersOf(clips));
  const heldCount = Math.max(1, Math.round(speakers.length * share));
  if (heldCount >= speakers.length) {
    throw new TonewireError(
      'TW_CORPUS',
      `a validation cut of ${share} leaves none of ${speakers.length} speakers to train on.`,
    );
  }
  const held = new Set(speakers.slice(0, heldCount));
  return {
    train: clips.filter((clip) => !held.has(clip.speaker)),
    test: clips.filter((clip) => held.has(clip.speaker)),
  };
}

/** Which fold (from 1) tests each clip; 0 for a clip that no fold tests. */
interface FoldMap {
  readonly count: number;
  foldOf(clip: CorpusClip): number;
}

function countedFolds(protocol: Protocol): { kind: 'speakers' | 'random'; count: number } | null {
  const match = /^(speakers|random)-(\d+)$/.exec(protocol);
  if (match === null) return null;
  const count = Number(match[2]);
  if (count < 2)
    throw new TonewireError('TW_CORPUS', `${protocol}: at least two folds are needed.`);
  return { kind: match[1] === 'random' ? 'random' : 'speakers', count };
}

function wholeSpeakerFolds(
  clips: readonly CorpusClip[],
  protocol: Protocol,
  seed: number,
): FoldMap {
  const folds = speakerFolds(clips, protocol, seed);
  const foldOfSpeaker = new Map<string, number>();
  folds.forEach((speakers, index) => {
    for (const speaker of speakers) foldOfSpeaker.set(speaker, index + 1);
  });
  return { count: folds.length, foldOf: (clip) => foldOfSpeaker.get(clip.speaker) ?? 0 };
}

/** Test speakers of each fold. */
function speakerFolds(
  clips: readonly CorpusClip[],
  protocol: Protocol,
  seed: number,
): readonly (readonly string[])[] {
  if (protocol === 'emobox') return EMOBOX_TEST_ACTORS.map(ravdessSpeakers);
  if (protocol === 'reslstm') return RESLSTM_TEST_ACTORS.map(ravdessSpeakers);
  if (protocol === 'cremad-blocks') {
    return CREMAD_BLOCKS.map(([first, last]) =>
      Array.from({ length: last - first + 1 }, (_, i) => `cremad-${first + i}`),
    );
  }
  const speakers = speakersOf(clips);
  if (protocol === 'nemo-pairs') {
    const count = Math.ceil(speakers.length / NEMO_SPEAKERS_A_FOLD);
    return Array.from({ length: count }, (_, fold) =>
      speakers.slice(fold * NEMO_SPEAKERS_A_FOLD, (fold + 1) * NEMO_SPEAKERS_A_FOLD),
    );
  }
  const counted = countedFolds(protocol);
  if (counted === null) {
    throw new TonewireError('TW_CORPUS', `"${protocol}" is not a protocol for making folds.`);
  }
  const drawn = createRandom(seed).shuffle(speakers);
  return Array.from({ length: counted.count }, (_, fold) =>
    drawn.filter((_speaker, i) => i % counted.count === fold),
  );
}

/** Stratified: the clips of each label are shuffled and dealt out in turn. */
function randomFolds(clips: readonly CorpusClip[], protocol: Protocol, seed: number): FoldMap {
  const { count } = countedFolds(protocol)!;
  const random = createRandom(seed);
  const foldOfPath = new Map<string, number>();
  let dealt = 0;
  for (const label of [...new Set(clips.map((clip) => clip.label))].sort()) {
    const ofLabel = clips.filter((clip) => clip.label === label);
    for (const clip of random.shuffle(ofLabel)) foldOfPath.set(clip.path, (dealt++ % count) + 1);
  }
  return { count, foldOf: (clip) => foldOfPath.get(clip.path)! };
}

function ravdessSpeakers(actors: readonly number[]): string[] {
  return actors.map((actor) => `ravdess-${String(actor).padStart(2, '0')}`);
}

function speakersOf(clips: readonly CorpusClip[]): string[] {
  return [...new Set(clips.map((clip) => clip.speaker))].sort();
}
