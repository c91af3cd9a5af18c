import type { ModelAnalyser } from '../pipeline/analyser.ts';
import type { Emotion } from '../protocol/labels.ts';
import type { CorpusClip } from '../training/corpora/clip.ts';
import { createRandom } from '../training/random.ts';
import { expectedCalibrationError } from './calibration-error.ts';
import type { Codec } from './conditions.ts';
import { judgeLast } from './judge.ts';
import { type Metrics, measure, type SpeakerIntervals, speakerIntervals } from './metrics.ts';
import { observe } from './observe.ts';

const SEED = 1;

export interface EvaluationOptions {
  readonly codec: Codec;
  /** The answers that count; the others are masked. A corpus with fewer labels names its own. */
  readonly labels: readonly Emotion[];
  readonly onClip?: (done: number, total: number) => void;
}

/** What the streaming pipeline made of a set of labelled clips, in short. */
export interface Evaluation extends Metrics {
  readonly codec: Codec;
  readonly model: string;
  /** Clips in which no speech was heard; they count as wrong unless the truth is neutral. */
  readonly unheard: number;
  readonly expectedCalibrationError: number;
  readonly intervals: SpeakerIntervals;
}

/**
 * Streams every clip through the serving pipeline, in telephone-sized chunks, and judges the last
 * reading of each. `observe` and `makeReport` tell more.
 */
export async function evaluate(
  analyser: ModelAnalyser,
  clips: readonly CorpusClip[],
  { codec, labels, onClip }: EvaluationOptions,
): Promise<Evaluation> {
  const observed = await observe(analyser, clips, {
    conditions: [codec],
    sounds: { noises: [], music: [] },
    streams: false,
    seed: SEED,
    ...(onClip && { onClip }),
  });
  const readings = observed.readings.get(codec)!;
  const judged = judgeLast(readings, labels);
  return {
    model: analyser.modelId,
    codec,
    ...measure(judged),
    unheard: readings.filter(({ last }) => last === null).length,
    expectedCalibrationError: expectedCalibrationError(judged),
    intervals: speakerIntervals(judged, createRandom(SEED)),
  };
}
