import { basename } from 'node:path';
import { TonewireError } from '../../protocol/errors.ts';
import type { Emotion } from '../../protocol/labels.ts';
import type { CorpusClip } from './clip.ts';

/** Modality, channel, emotion, intensity, sentence, repetition, actor: two digits each. */
const NAME = /^(0[1-3])-(0[12])-(0[1-8])-(0[12])-(0[12])-(0[12])-(\d\d)\.[a-z0-9]+$/i;
const AUDIO_ONLY = '03';
const SPEECH = '01';

const EMOTION_OF_CODE: Readonly<Record<string, Emotion>> = {
  '01': 'neutral',
  '02': 'calm',
  '03': 'happiness',
  '04': 'sadness',
  '05': 'anger',
  '06': 'fear',
  '07': 'disgust',
  '08': 'surprise',
};

/** The same recording as `03-01-03-01-02-01-07` in the original: kept once, so that 1,439 remain. */
const DUPLICATE_STEM = '03-01-03-01-02-02-07';

/**
 * RAVDESS (Livingstone and Russo, PLoS ONE 13(5), 2018), `MM-VV-EE-II-SS-RR-AA`. Songs, video
 * and the one doubled recording are left out.
 */
export function parseRavdess(path: string): CorpusClip | null {
  const name = basename(path);
  const match = NAME.exec(name);
  if (match === null) {
    throw new TonewireError('TW_CORPUS', `${path}: not a RAVDESS name (MM-VV-EE-II-SS-RR-AA).`);
  }
  const [, modality, channel, emotion, intensity, sentence, , actor] = match as unknown as string[];
  if (modality !== AUDIO_ONLY || channel !== SPEECH) return null;
  if (name.startsWith(DUPLICATE_STEM)) return null;
  return {
    path,
    label: EMOTION_OF_CODE[emotion!]!,
    speaker: `ravdess-${actor}`,
    corpus: 'ravdess',
    sentence: sentence!,
    intensity: intensity === '02' ? 'strong' : 'normal',
    gender: Number(actor) % 2 === 1 ? 'male' : 'female',
  };
}
