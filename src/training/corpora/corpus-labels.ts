import { EMOTIONS, type Emotion } from '../../protocol/labels.ts';
import type { CorpusName } from './load-corpus.ts';

const CREMAD: readonly Emotion[] = ['neutral', 'happiness', 'sadness', 'anger', 'fear', 'disgust'];

/**
 * The labels that a corpus has at all. Answers outside them are masked when the corpus is
 * evaluated, as its published protocols do; in one's own recordings every label may occur.
 */
const LABELS: Readonly<Record<CorpusName, readonly Emotion[]>> = {
  ravdess: EMOTIONS,
  cremad: CREMAD,
  'cremad-resynth': CREMAD,
  nemo: ['neutral', 'happiness', 'sadness', 'anger', 'fear', 'surprise'],
};

export function corpusLabels(name: CorpusName): readonly Emotion[] {
  return LABELS[name];
}
