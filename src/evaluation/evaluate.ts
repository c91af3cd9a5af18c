import { mixDown, readAudioFile } from '../audio/audio-file.ts';
import { encodeAudio } from '../audio/encode.ts';
import { resampleTo } from '../audio/resample-file.ts';
import type { ModelAnalyser } from '../pipeline/analyser.ts';
import type { AudioFormat } from '../pipeline/analysis.ts';
import { argmax } from '../pipeline/calibration.ts';
import { BYTES_PER_SAMPLE } from '../pipeline/decode.ts';
import { ANALYSIS_RATE_HZ } from '../pipeline/features/layout.ts';
import { EMOTIONS, type Emotion } from '../protocol/labels.ts';
import { SAMPLE_RATES_HZ } from '../protocol/messages.ts';
import type { CorpusClip } from '../training/corpora/clip.ts';
import { createRandom } from '../training/random.ts';
import {
  type ConfidentJudgement,
  expectedCalibrationError,
  type Metrics,
  measure,
  type SpeakerJudgement,
  speakerIntervals,
} from './metrics.ts';

/** How clips reach the pipeline: as recorded, or as 8 kHz mu-law telephone calls. */
export const CODECS = ['as-recorded', 'mulaw8k'] as const;
export type Codec = (typeof CODECS)[number];

/** Clips that are streamed side by side, so that the model steps are batched as in service. */
const CLIPS_AT_ONCE = 32;
/** One message's worth of audio, as a telephone sends it. */
const CHUNK_MS = 20;
const BOOTSTRAP_SEED = 1;

export interface EvaluationOptions {
  readonly codec: Codec;
  /** The answers that count; the others are masked. A corpus with fewer labels names its own. */
  readonly labels: readonly Emotion[];
  readonly onClip?: (done: number, total: number) => void;
}

/** What the streaming pipeline made of a set of labelled clips. */
export interface Evaluation extends Metrics {
  readonly codec: Codec;
  readonly model: string;
  /** Clips in which no speech was heard; they count as wrong unless the truth is neutral. */
  readonly unheard: number;
  readonly expectedCalibrationError: number;
  /** 95 % intervals from a bootstrap over speakers. */
  readonly intervals: ReturnType<typeof speakerIntervals>;
}

type Judged = SpeakerJudgement & ConfidentJudgement & { readonly heard: boolean };

/**
 * Streams every clip through the serving pipeline, in telephone-sized chunks, and judges the last
 * reading of each.
 */
export async function evaluate(
  analyser: ModelAnalyser,
  clips: readonly CorpusClip[],
  options: EvaluationOptions,
): Promise<Evaluation> {
  const judged: Judged[] = [];
  const queue = [...clips];
  const work = async () => {
    for (let clip = queue.shift(); clip !== undefined; clip = queue.shift()) {
      judged.push(await judge(analyser, clip, options));
      options.onClip?.(judged.length, clips.length);
    }
  };
  await Promise.all(Array.from({ length: CLIPS_AT_ONCE }, work));
  return {
    model: analyser.modelId,
    codec: options.codec,
    ...measure(judged),
    unheard: judged.filter(({ heard }) => !heard).length,
    expectedCalibrationError: expectedCalibrationError(judged),
    intervals: speakerIntervals(judged, createRandom(BOOTSTRAP_SEED)),
  };
}

async function judge(
  analyser: ModelAnalyser,
  clip: CorpusClip,
  { codec, labels }: EvaluationOptions,
): Promise<Judged> {
  const { bytes, format } = await encodeClip(clip.path, codec);
  const { leg, readings } = analyser.openReadableLeg(format, () => undefined);
  const chunkBytes = Math.ceil(
    (format.sampleRateHz * BYTES_PER_SAMPLE[format.encoding] * CHUNK_MS) / 1000,
  );
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    leg.push(bytes.subarray(at, at + chunkBytes));
    await leg.drained();
  }
  const totals = await leg.end();
  const probabilities = readings.latest.map((p, i) => (labels.includes(EMOTIONS[i]!) ? p : 0));
  const best = argmax(probabilities);
  const heard = totals.meanProbabilities !== null;
  const predicted: Emotion = heard ? EMOTIONS[best]! : 'neutral';
  const confidence = probabilities[best]! / probabilities.reduce((sum, p) => sum + p);
  return { truth: clip.label, predicted, confidence, speaker: clip.speaker, heard };
}

/** A clip as the bytes a source would send. */
async function encodeClip(
  path: string,
  codec: Codec,
): Promise<{ bytes: Uint8Array; format: AudioFormat }> {
  const file = await readAudioFile(path);
  const samples = mixDown(file);
  const known = SAMPLE_RATES_HZ.some((rateHz) => rateHz === file.sampleRateHz);
  const sampleRateHz = codec === 'mulaw8k' ? 8000 : known ? file.sampleRateHz : ANALYSIS_RATE_HZ;
  const encoding = codec === 'mulaw8k' ? 'mulaw' : 'pcm_s16le';
  const bytes = encodeAudio(resampleTo(samples, file.sampleRateHz, sampleRateHz), encoding);
  return { bytes, format: { encoding, sampleRateHz } };
}
