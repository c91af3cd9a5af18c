import { mixDown, readAudioFile } from '../audio/audio-file.ts';
import { encodeAudio } from '../audio/encode.ts';
import { resampleTo } from '../audio/resample-file.ts';
import { ANALYSIS_RATE_HZ, FEATURE_COUNT } from '../pipeline/features/layout.ts';
import { type AnalysisFrame, FrontEnd } from '../pipeline/front-end.ts';
import { EMOTIONS } from '../protocol/labels.ts';
import {
  type AugmentationRecipe,
  type AugmentationSounds,
  augment,
} from './augmentation/augment.ts';
import type { CorpusClip } from './corpora/clip.ts';
import type { Random } from './random.ts';
import type { TrainingClip } from './trainer.ts';

/** Clips with less speech than this teach nothing: 8 frames, one model step. */
const SHORTEST_FRAMES = 8;

export interface DatasetOptions {
  /** Copies of each clip; the first is the recording as it is. */
  readonly variants: number;
  readonly augmentation: AugmentationRecipe;
  readonly sounds: AugmentationSounds;
  readonly random: Random;
  readonly onClip?: (done: number, total: number) => void;
}

/** Reads every clip, makes its augmented copies, and runs them through the serving front end. */
export async function buildDataset(
  clips: readonly CorpusClip[],
  options: DatasetOptions,
): Promise<TrainingClip[]> {
  const dataset: TrainingClip[] = [];
  for (const [index, clip] of clips.entries()) {
    const samples = await readClip(clip.path);
    const variants: Float32Array[] = [];
    for (let v = 0; v < options.variants; v++) {
      const { augmentation, sounds, random } = options;
      const copy = v === 0 ? samples : augment(samples, augmentation, sounds, random);
      const frames = speechFrames(copy);
      if (frames.length >= SHORTEST_FRAMES * FEATURE_COUNT) variants.push(frames);
    }
    if (variants.length > 0) {
      const { speaker, corpus } = clip;
      dataset.push({ variants, label: EMOTIONS.indexOf(clip.label), speaker, corpus });
    }
    options.onClip?.(index + 1, clips.length);
  }
  return dataset;
}

/** One recording as 16 kHz mono samples. */
export async function readClip(path: string): Promise<Float32Array> {
  const file = await readAudioFile(path);
  return resampleTo(mixDown(file), file.sampleRateHz, ANALYSIS_RATE_HZ);
}

/** The frames that the serving front end lets through its speech gate, `[frames, FEATURE_COUNT]`. */
export function speechFrames(samples: Float32Array): Float32Array {
  const parts: Float32Array[] = [];
  let length = 0;
  const keep = ({ speechFrames, speechFrameCount }: AnalysisFrame) => {
    const part = speechFrames.slice(0, speechFrameCount * FEATURE_COUNT);
    parts.push(part);
    length += part.length;
  };
  const format = { encoding: 'pcm_s16le', sampleRateHz: ANALYSIS_RATE_HZ } as const;
  const frontEnd = new FrontEnd(format, keep);
  frontEnd.push(encodeAudio(samples, 'pcm_s16le'));
  frontEnd.close();
  const frames = new Float32Array(length);
  let offset = 0;
  for (const part of parts) {
    frames.set(part, offset);
    offset += part.length;
  }
  return frames;
}
