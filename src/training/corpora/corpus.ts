import { basename, extname } from 'node:path';
import type { Emotion } from '../../protocol/labels.ts';
import type { ClipParser, CorpusClip } from './clip.ts';

/** The clips among a corpus' audio files; `folder` is where other files of the corpus lie. */
export type ClipReader = (
  paths: readonly string[],
  folder: string,
) => Promise<readonly CorpusClip[]>;

export interface Corpus {
  /**
   * The labels that the corpus has at all. Answers outside them are masked when it is evaluated,
   * as its published protocols do.
   */
  readonly labels: readonly Emotion[];
  readonly readClips: ClipReader;
}

/**
 * Reads a corpus whose file names say everything. A recording that lies there twice (as in some
 * repackaged downloads) is kept once: two copies could come to stand on two sides of a split.
 */
export function byFileName(parse: ClipParser): ClipReader {
  return async (paths) => {
    const seen = new Set<string>();
    return paths
      .map(parse)
      .filter((clip) => clip !== null)
      .filter((clip) => {
        const recording = `${clip.speaker}/${basename(clip.path, extname(clip.path))}`;
        return !seen.has(recording) && seen.add(recording);
      });
  };
}
