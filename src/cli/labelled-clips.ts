import { Option } from 'commander';
import { TonewireError } from '../protocol/errors.ts';
import { EMOTIONS, type Emotion } from '../protocol/labels.ts';
import type { CorpusClip } from '../training/corpora/clip.ts';
import {
  CORPUS_NAMES,
  corpusLabels,
  isCorpusName,
  loadCorpus,
} from '../training/corpora/load-corpus.ts';
import { readManifest } from '../training/corpora/manifest.ts';

/** The options by which a command is told where labelled recordings are. */
export interface ClipSource {
  readonly corpus?: string;
  readonly data?: string;
  readonly manifest?: string;
}

export function clipSourceOptions(): Option[] {
  return [
    new Option('--corpus <name>', `a corpus in its own folder layout: ${CORPUS_NAMES.join(', ')}`),
    new Option('--data <dir>', "the corpus' folder, or the folder that holds it"),
    new Option(
      '--manifest <file.csv>',
      'your own recordings: columns path, label, speaker; if known sentence, intensity, gender, ageYears, corpus',
    ).conflicts(['corpus', 'data']),
  ];
}

/** The clips, and the labels that may be answered for them. */
export async function readClips(
  source: ClipSource,
): Promise<{ clips: CorpusClip[]; labels: readonly Emotion[] }> {
  if (source.manifest !== undefined) {
    return { clips: await readManifest(source.manifest), labels: EMOTIONS };
  }
  const { corpus, data } = source;
  if (corpus === undefined || data === undefined) {
    throw new TonewireError('TW_USAGE', 'Give --corpus NAME with --data DIR, or --manifest FILE.');
  }
  const clips = await loadCorpus(corpus, data);
  return { clips, labels: isCorpusName(corpus) ? corpusLabels(corpus) : EMOTIONS };
}
