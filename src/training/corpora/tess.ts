import { basename } from 'node:path';
import { TonewireError } from '../../protocol/errors.ts';
import type { CorpusClip } from './clip.ts';
import { emotionOf } from './labels.ts';

/** Some files of the older speaker say `OA` for `OAF`. */
const NAME = /^([OY])AF?_([a-z]+)_(angry|disgust|fear|happy|neutral|ps|sad)\.[a-z0-9]+$/i;

const YEARS_OLDER = 64;
const YEARS_YOUNGER = 26;

/**
 * TESS (Pichora-Fuller and Dupuis, Toronto emotional speech set, 2010), `OAF_word_emotion`: two
 * women say "Say the word …". `ps` is pleasant surprise. Folders are not read.
 */
export function parseTess(path: string): CorpusClip {
  const match = NAME.exec(basename(path));
  if (match === null) {
    throw new TonewireError('TW_CORPUS', `${path}: not a TESS name (OAF_word_emotion).`);
  }
  const [, speaker, word, emotion] = match as unknown as string[];
  const isOlder = speaker!.toUpperCase() === 'O';
  return {
    path,
    label: emotionOf(emotion!, path),
    speaker: isOlder ? 'tess-OAF' : 'tess-YAF',
    corpus: 'tess',
    sentence: word!.toLowerCase(),
    gender: 'female',
    ageYears: isOlder ? YEARS_OLDER : YEARS_YOUNGER,
  };
}
