import { TonewireError } from '../../protocol/errors.ts';
import { createRandom } from '../random.ts';
import type { CorpusClip } from './clip.ts';
import { PUBLISHED_FOLDS } from './published-folds.ts';

/** Training and test recordings of one fold. */
export interface Split {
  readonly train: readonly CorpusClip[];
  readonly test: readonly CorpusClip[];
}

type PublishedProtocol = keyof typeof PUBLISHED_FOLDS;

/**
 * How a corpus is cut. `random-<k>` mixes speakers over both sides, for comparison with published
 * figures that did; every other protocol keeps each speaker on one side. `sentence-disjoint` keeps
 * each sentence of RAVDESS on one side too; `loso` leaves one speaker out.
 */
export type Protocol =
  | PublishedProtocol
  | 'sentence-disjoint'
  | 'nemo-pairs'
  | 'loso'
  | `speakers-${number}`
  | `random-${number}`;

const NAMED = [...Object.keys(PUBLISHED_FOLDS), 'sentence-disjoint', 'nemo-pairs', 'loso'];

/** Every protocol, as a person writes it. */
export const PROTOCOLS: readonly string[] = [...NAMED, 'speakers-<k>', 'random-<k>'];

/** Source of the regular expression that a protocol's name matches. */
export const PROTOCOL_PATTERN = `^(${NAMED.join('|')}|(speakers|random)-\\d+)$`;

const NEMO_SPEAKERS_A_FOLD = 2;
const RAVDESS_SENTENCES = ['01', '02'];

/** Number of folds of a protocol over these clips. */
export function foldCount(clips: readonly CorpusClip[], protocol: Protocol): number {
  return foldsOf(clips, protocol, 0).count;
}

/**
 * The two sides of one fold, counted from 1. `seed` decides the draws of `random-<k>` and
 * `speakers-<k>` and nothing else. `sentence-disjoint` leaves clips on neither side: fold 2e − 1
 * tests sentence 1 of the speakers of EmoBox' fold e, fold 2e their sentence 2; both train on the
 * other sentence of the other speakers.
 */
export function split(
  clips: readonly CorpusClip[],
  protocol: Protocol,
  fold: number,
  seed = 1,
): Split {
  const { count, sideOf } = foldsOf(clips, protocol, seed);
  if (!Number.isInteger(fold) || fold < 1 || fold > count) {
    throw new TonewireError('TW_CORPUS', `${protocol} has folds 1 to ${count}, not ${fold}.`);
  }
  const train = clips.filter((clip) => sideOf(clip, fold) === 'train');
  const test = clips.filter((clip) => sideOf(clip, fold) === 'test');
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

/** The side of each clip in each fold (from 1); null for a clip on neither. */
interface Folds {
  readonly count: number;
  readonly sideOf: (clip: CorpusClip, fold: number) => 'train' | 'test' | null;
}

function foldsOf(clips: readonly CorpusClip[], protocol: Protocol, seed: number): Folds {
  if (isPublished(protocol)) return wholeSpeakerFolds(PUBLISHED_FOLDS[protocol]);
  const speakers = speakersOf(clips);
  if (protocol === 'sentence-disjoint') return sentenceFolds(PUBLISHED_FOLDS.emobox);
  if (protocol === 'nemo-pairs') return wholeSpeakerFolds(inTurn(speakers, NEMO_SPEAKERS_A_FOLD));
  if (protocol === 'loso') return wholeSpeakerFolds(inTurn(speakers, 1));
  const [, kind, digits] = /^(speakers|random)-(\d+)$/.exec(protocol) ?? [];
  if (kind === undefined) {
    throw new TonewireError(
      'TW_CORPUS',
      `"${protocol}" is not a protocol for making folds: ${PROTOCOLS.join(', ')}.`,
    );
  }
  const count = Number(digits);
  if (count < 2) {
    throw new TonewireError('TW_CORPUS', `${protocol}: at least two folds are needed.`);
  }
  if (kind === 'random') return randomFolds(clips, count, seed);
  const drawn = createRandom(seed).shuffle(speakers);
  return wholeSpeakerFolds(
    Array.from({ length: count }, (_, fold) => drawn.filter((_speaker, i) => i % count === fold)),
  );
}

function isPublished(protocol: Protocol): protocol is PublishedProtocol {
  return Object.hasOwn(PUBLISHED_FOLDS, protocol);
}

/** Takes the test speakers of each fold; a speaker whom no fold tests is always trained on. */
function wholeSpeakerFolds(testSpeakers: readonly (readonly string[])[]): Folds {
  const foldOfSpeaker = foldBySpeaker(testSpeakers);
  return {
    count: testSpeakers.length,
    sideOf: (clip, fold) => (foldOfSpeaker.get(clip.speaker) === fold ? 'test' : 'train'),
  };
}

/** Only clips of the named speakers and sentences are used: of no other is the sentence known. */
function sentenceFolds(testSpeakers: readonly (readonly string[])[]): Folds {
  const foldOfSpeaker = foldBySpeaker(testSpeakers);
  const sentences = RAVDESS_SENTENCES.length;
  return {
    count: testSpeakers.length * sentences,
    sideOf: (clip, fold) => {
      const speakerFold = foldOfSpeaker.get(clip.speaker);
      const sentence = RAVDESS_SENTENCES.indexOf(clip.sentence ?? '');
      if (speakerFold === undefined || sentence === -1) return null;
      const heldSpeaker = speakerFold === Math.ceil(fold / sentences);
      const heldSentence = sentence === (fold - 1) % sentences;
      if (heldSpeaker !== heldSentence) return null;
      return heldSpeaker ? 'test' : 'train';
    },
  };
}

/** Stratified: the clips of each label are shuffled and dealt out in turn. */
function randomFolds(clips: readonly CorpusClip[], count: number, seed: number): Folds {
  const random = createRandom(seed);
  const foldOfPath = new Map<string, number>();
  let dealt = 0;
  for (const label of [...new Set(clips.map((clip) => clip.label))].sort()) {
    const ofLabel = clips.filter((clip) => clip.label === label);
    for (const clip of random.shuffle(ofLabel)) foldOfPath.set(clip.path, (dealt++ % count) + 1);
  }
  return {
    count,
    sideOf: (clip, fold) => (foldOfPath.get(clip.path) === fold ? 'test' : 'train'),
  };
}

/** Which fold, from 1, tests a speaker. */
function foldBySpeaker(testSpeakers: readonly (readonly string[])[]): Map<string, number> {
  return new Map(
    testSpeakers.flatMap((speakers, index) =>
      speakers.map((speaker): [string, number] => [speaker, index + 1]),
    ),
  );
}

function inTurn(speakers: readonly string[], speakersAFold: number): string[][] {
  return Array.from({ length: Math.ceil(speakers.length / speakersAFold) }, (_, fold) =>
    speakers.slice(fold * speakersAFold, (fold + 1) * speakersAFold),
  );
}

function speakersOf(clips: readonly CorpusClip[]): string[] {
  return [...new Set(clips.map((clip) => clip.speaker))].sort();
}
