import { type ClipReading, SPEECH_MARKS_MS } from '../../src/evaluation/stream-clip.ts';
import { EMOTIONS, type Emotion } from '../../src/protocol/labels.ts';
import type { CorpusClip } from '../../src/training/corpora/clip.ts';

/** A reading that is sure of one label. */
export function sureOf(label: Emotion, probability = 0.9): Float32Array {
  const rest = (1 - probability) / (EMOTIONS.length - 1);
  return Float32Array.from(EMOTIONS, (each) => (each === label ? probability : rest));
}

/** What the pipeline might have made of a clip; nothing was heard unless `more` says otherwise. */
export function readingOf(
  clip: Omit<CorpusClip, 'corpus'>,
  more: Partial<ClipReading> = {},
): ClipReading {
  return {
    clip: { corpus: 'made-up', ...clip },
    audioMs: 3000,
    speechMs: 2000,
    last: null,
    atMarks: SPEECH_MARKS_MS.map(() => null),
    temperature: 1,
    ...more,
  };
}
