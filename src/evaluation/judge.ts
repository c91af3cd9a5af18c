import { argmax } from '../pipeline/calibration.ts';
import { EMOTIONS, type Emotion } from '../protocol/labels.ts';
import type { CorpusClip } from '../training/corpora/clip.ts';
import type { ConfidentJudgement } from './calibration-error.ts';
import type { SpeakerJudgement } from './metrics.ts';
import type { ClipReading } from './stream-clip.ts';

/** One answer to one clip, beside the truth. */
export interface Judged extends SpeakerJudgement, ConfidentJudgement {
  readonly clip: CorpusClip;
}

/**
 * The likeliest of the labels that count. Where no speech was heard the answer is neutral, because
 * a call without a reading shows no emotion.
 */
export function judge(
  clip: CorpusClip,
  probabilities: Float32Array | null,
  labels: readonly Emotion[],
): Judged {
  const { label: truth, speaker } = clip;
  if (probabilities === null) {
    return { clip, truth, speaker, predicted: 'neutral', confidence: 1 / labels.length };
  }
  const masked = probabilities.map((p, i) => (labels.includes(EMOTIONS[i]!) ? p : 0));
  const best = argmax(masked);
  const sum = masked.reduce((total, p) => total + p);
  const confidence = sum === 0 ? 1 / labels.length : masked[best]! / sum;
  return { clip, truth, speaker, predicted: EMOTIONS[best]!, confidence };
}

/** The last reading of every clip, judged. */
export function judgeLast(readings: readonly ClipReading[], labels: readonly Emotion[]): Judged[] {
  return readings.map(({ clip, last }) => judge(clip, last, labels));
}
