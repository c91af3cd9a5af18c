import { basename } from 'node:path';
import { TonewireError } from '../../protocol/errors.ts';
import type { ClipParser } from './clip.ts';
import { byFileName, type ClipReader } from './corpus.ts';
import { readCremadDemographics } from './cremad-demographics.ts';
import { emotionOf } from './labels.ts';

const NAME = /^(\d{4})_([A-Z]{3})_(ANG|DIS|FEA|HAP|NEU|SAD)_(LO|MD|HI|XX?)\.[a-z0-9]+$/i;

const INTENSITY_OF_LEVEL: Readonly<Record<string, string>> = {
  LO: 'low',
  MD: 'medium',
  HI: 'high',
};

/**
 * CREMA-D (Cao et al., IEEE Trans. Affective Computing 5(4), 2014), `AAAA_SSS_EMO_LL`. Real and
 * re-synthesised clips of an actor have one speaker name, so no split can part the two.
 */
export function cremadParser(corpus: string): ClipParser {
  return (path) => {
    const match = NAME.exec(basename(path));
    if (match === null) {
      throw new TonewireError('TW_CORPUS', `${path}: not a CREMA-D name (AAAA_SSS_EMO_LL).`);
    }
    const [, actor, sentence, emotion, level] = match as unknown as string[];
    const intensity = INTENSITY_OF_LEVEL[level!.toUpperCase()];
    return {
      path,
      label: emotionOf(emotion!, path),
      speaker: `cremad-${actor}`,
      corpus,
      sentence: sentence!.toUpperCase(),
      ...(intensity === undefined ? {} : { intensity }),
    };
  };
}

/** CREMA-D's clips, with what is published of the actors where the corpus' table is at hand. */
export function readCremad(corpus: string): ClipReader {
  const readNames = byFileName(cremadParser(corpus));
  return async (paths, folder) => {
    const actors = await readCremadDemographics(folder);
    const clips = await readNames(paths, folder);
    return clips.map((clip) => ({ ...clip, ...actors.get(clip.speaker) }));
  };
}
