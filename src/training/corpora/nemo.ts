import { basename } from 'node:path';
import { TonewireError } from '../../protocol/errors.ts';
import type { CorpusClip } from './clip.ts';
import { emotionOf } from './labels.ts';

const NAME = /^([A-Z]{2}\d)_([a-z]+)_(\d+)\.[a-z0-9]+$/i;

/** nEMO (Christop, LREC-COLING 2024), Polish, `SPK_emotion_N`. */
export function parseNemo(path: string): CorpusClip {
  const match = NAME.exec(basename(path));
  if (match === null) {
    throw new TonewireError('TW_CORPUS', `${path}: not an nEMO name (SPK_emotion_N).`);
  }
  const [, speaker, emotion, sentence] = match as unknown as string[];
  return {
    path,
    label: emotionOf(emotion!, path),
    speaker: `nemo-${speaker!.toUpperCase()}`,
    corpus: 'nemo',
    sentence: sentence!,
  };
}
