import type { Emotion } from '../protocol/labels.ts';
import type { LabelledFrames } from './labelled-frames.ts';

/** What a baseline, trained on one side of a fold, says of the other. */
export interface Answers {
  /** One for each test recording, in their order. */
  readonly predicted: readonly Emotion[];
  /** What was chosen by inner validation on the training side, in words; null where nothing is. */
  readonly chosen: string | null;
}

/**
 * Learns from `train` and answers for `test`; every recording of both holds speech. The same seed
 * gives the same answers.
 */
export type Baseline = (
  train: readonly LabelledFrames[],
  test: readonly LabelledFrames[],
  seed: number,
) => Promise<Answers>;
