import type { Emotion } from '../../protocol/labels.ts';

export type Gender = 'female' | 'male';

/** One labelled recording of one speaker. */
export interface CorpusClip {
  readonly path: string;
  readonly label: Emotion;
  /** Unique over all corpora, and the same for the same person: `ravdess-07`, `cremad-1001`. */
  readonly speaker: string;
  readonly corpus: string;
  /** Which sentence was spoken, where the corpus says. */
  readonly sentence?: string;
  /** How strongly it was acted, in the corpus' own words. */
  readonly intensity?: string;
  readonly gender?: Gender;
  readonly ageYears?: number;
  /** In the corpus' own words. */
  readonly race?: string;
  /** In the corpus' own words. */
  readonly ethnicity?: string;
}

/** Reads one file name of a corpus: its clip, or null for a file that is not to be used. */
export type ClipParser = (path: string) => CorpusClip | null;
