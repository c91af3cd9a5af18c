import { basename, dirname } from 'node:path';
import { TonewireError } from '../../protocol/errors.ts';
import type { CorpusClip } from './clip.ts';
import { emotionOf } from './labels.ts';

/** The speaker is said by the name, or by the folder as in the original. */
const NAME = /^(DC|JE|JK|KL)[_/]((a|d|f|h|n|sa|su)\d\d)\.[a-z0-9]+$/i;

/**
 * SAVEE (Haq and Jackson, AVSP 2009), British English, four men: `DC_a01`, or `DC/a01`. Each
 * emotion has its own numbers for the sentences.
 */
export function parseSavee(path: string): CorpusClip {
  const name = basename(path);
  const match = NAME.exec(name) ?? NAME.exec(`${basename(dirname(path))}/${name}`);
  if (match === null) {
    throw new TonewireError('TW_CORPUS', `${path}: not a SAVEE name (DC_a01 or DC/a01).`);
  }
  const [, speaker, sentence, emotion] = match as unknown as string[];
  return {
    path,
    label: emotionOf(emotion!, path),
    speaker: `savee-${speaker!.toUpperCase()}`,
    corpus: 'savee',
    sentence: sentence!.toLowerCase(),
    gender: 'male',
  };
}
