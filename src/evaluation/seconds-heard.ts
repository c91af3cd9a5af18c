import type { Emotion } from '../protocol/labels.ts';
import { judge, judgeLast } from './judge.ts';
import { type Judgement, measure } from './metrics.ts';
import { type ClipReading, SPEECH_MARKS_MS } from './stream-clip.ts';

/** How right the answers are by the time so much speech was heard. */
export interface AccuracyAt {
  readonly speechMs: number;
  /** Clips that hold so much speech; the others answer with their last reading. */
  readonly reached: number;
  readonly accuracy: number;
  readonly unweightedAccuracy: number;
}

export interface SecondsHeard {
  readonly marks: readonly AccuracyAt[];
  readonly end: Omit<AccuracyAt, 'reached'>;
  /** Unweighted accuracy after 1.5 s of speech as a share of that at the end. */
  readonly shareAfter1500Ms: number;
}

const EARLY_MS = 1500;

/** `end.speechMs` is the mean over the clips. */
export function secondsHeard(
  readings: readonly ClipReading[],
  labels: readonly Emotion[],
): SecondsHeard {
  const marks = SPEECH_MARKS_MS.map((markMs, i) => ({
    speechMs: markMs,
    reached: readings.filter(({ speechMs }) => speechMs >= markMs).length,
    ...accuracies(readings.map(({ clip, atMarks }) => judge(clip, atMarks[i]!, labels))),
  }));
  const total = readings.reduce((sum, { speechMs }) => sum + speechMs, 0);
  const end = {
    speechMs: total / Math.max(1, readings.length),
    ...accuracies(judgeLast(readings, labels)),
  };
  const early = marks.find(({ speechMs }) => speechMs === EARLY_MS)!;
  const shareAfter1500Ms =
    end.unweightedAccuracy === 0 ? 0 : early.unweightedAccuracy / end.unweightedAccuracy;
  return { marks, end, shareAfter1500Ms };
}

function accuracies(judgements: readonly Judgement[]) {
  const { accuracy, unweightedAccuracy } = measure(judgements);
  return { accuracy, unweightedAccuracy };
}
