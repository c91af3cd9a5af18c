import { basename } from 'node:path';
import { TonewireError } from '../../protocol/errors.ts';
import type { Emotion } from '../../protocol/labels.ts';
import type { CorpusClip, Gender } from './clip.ts';

/** Speaker, text, emotion (the first letter of its German name), version. */
const NAME = /^(\d\d)([ab]\d\d)([WLEAFTN])([a-z])\.[a-z0-9]+$/i;
const BOREDOM = 'L';

const EMOTION_OF_LETTER: Readonly<Record<string, Emotion>> = {
  W: 'anger',
  E: 'disgust',
  A: 'fear',
  F: 'happiness',
  T: 'sadness',
  N: 'neutral',
};

const SPEAKERS: Readonly<Record<string, { gender: Gender; ageYears: number }>> = {
  '03': { gender: 'male', ageYears: 31 },
  '08': { gender: 'female', ageYears: 34 },
  '09': { gender: 'female', ageYears: 21 },
  '10': { gender: 'male', ageYears: 32 },
  '11': { gender: 'male', ageYears: 26 },
  '12': { gender: 'male', ageYears: 30 },
  '13': { gender: 'female', ageYears: 32 },
  '14': { gender: 'female', ageYears: 35 },
  '15': { gender: 'male', ageYears: 25 },
  '16': { gender: 'female', ageYears: 31 },
};

/**
 * EmoDB (Burkhardt et al., Interspeech 2005), German, `SSTTTEV`. Boredom is left out: it is not
 * among our labels.
 */
export function parseEmodb(path: string): CorpusClip | null {
  const match = NAME.exec(basename(path));
  const person = SPEAKERS[match?.[1] ?? ''];
  if (match === null || person === undefined) {
    throw new TonewireError('TW_CORPUS', `${path}: not an EmoDB name (such as 03a01Fa).`);
  }
  const [, speaker, text, letter] = match as unknown as string[];
  if (letter!.toUpperCase() === BOREDOM) return null;
  return {
    path,
    label: EMOTION_OF_LETTER[letter!.toUpperCase()]!,
    speaker: `emodb-${speaker}`,
    corpus: 'emodb',
    sentence: text!.toLowerCase(),
    ...person,
  };
}
