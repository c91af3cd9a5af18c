import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { mixDown, readAudioFile } from '../audio/audio-file.ts';
import { encodeAudio } from '../audio/encode.ts';
import { resampleTo } from '../audio/resample-file.ts';
import { ANALYSIS_RATE_HZ, FEATURE_COUNT, FEATURE_VERSION } from '../pipeline/features/layout.ts';
import { type AnalysisFrame, FrontEnd } from '../pipeline/front-end.ts';
import { EMOTIONS } from '../protocol/labels.ts';
import {
  type AugmentationRecipe,
  type AugmentationSounds,
  augment,
} from './augmentation/augment.ts';
import { NOBODY, type TrainingClip } from './batches.ts';
import type { CorpusClip } from './corpora/clip.ts';
import { cacheKey, type FeatureCache } from './feature-cache.ts';
import { createRandom, seedFrom } from './random.ts';

/** Clips with less speech than this teach nothing: 8 frames, one model step. */
const SHORTEST_FRAMES = 8;

/** Stands in a clip for its corpus where nobody speaks, as in a recipe's `clipsPerEpoch`. */
const BACKGROUND = 'background';

export interface DatasetOptions {
  /** Copies of each clip; the first is the recording as it is. */
  readonly variants: number;
  readonly augmentation: AugmentationRecipe;
  readonly sounds: AugmentationSounds;
  /** A copy depends on it, the recording's name and the copy's number, not on what else is read. */
  readonly seed: number;
  readonly cache?: FeatureCache;
  readonly onClip?: (done: number, total: number) => void;
}

/** Reads every clip, makes its augmented copies, and runs them through the serving front end. */
export async function buildDataset(
  clips: readonly CorpusClip[],
  options: DatasetOptions,
): Promise<TrainingClip[]> {
  const dataset: TrainingClip[] = [];
  for (const [index, clip] of clips.entries()) {
    const variants = await heardCopiesOf(clip, options);
    if (variants.length > 0) {
      const { speaker, corpus, path } = clip;
      dataset.push({ variants, label: EMOTIONS.indexOf(clip.label), speaker, corpus, path });
    }
    options.onClip?.(index + 1, clips.length);
  }
  return dataset;
}

/** Recordings of noise by themselves: those that the speech gate lets through. */
export async function buildBackground(
  paths: readonly string[],
  options: DatasetOptions,
): Promise<TrainingClip[]> {
  const dataset: TrainingClip[] = [];
  for (const path of paths) {
    const variants = await heardCopiesOf({ path, corpus: BACKGROUND }, options);
    const clip = { variants, label: NOBODY, speaker: BACKGROUND, corpus: BACKGROUND, path };
    if (variants.length > 0) dataset.push(clip);
  }
  return dataset;
}

/** The copies in which there is enough to learn from. */
async function heardCopiesOf(clip: Recording, options: DatasetOptions): Promise<Float32Array[]> {
  const copies = await copiesOf(clip, options);
  return copies.filter((frames) => frames.length >= SHORTEST_FRAMES * FEATURE_COUNT);
}

/** What decides a recording's copies. */
type Recording = Pick<CorpusClip, 'path' | 'corpus'>;

/** A recording's first `variants` copies, the missing ones made and added to the cache. */
async function copiesOf(clip: Recording, options: DatasetOptions): Promise<Float32Array[]> {
  const { variants, cache } = options;
  const key = cache === undefined ? '' : await keyOf(clip, options);
  const known = (await cache?.read(key)) ?? [];
  if (known.length >= variants) return known.slice(0, variants);
  const samples = await readClip(clip.path);
  const copies = [...known];
  for (let v = known.length; v < variants; v++) {
    const random = createRandom(seedFrom(options.seed, clip.corpus, basename(clip.path), v));
    const { augmentation, sounds } = options;
    copies.push(speechFrames(v === 0 ? samples : augment(samples, augmentation, sounds, random)));
  }
  await cache?.write(key, copies);
  return copies;
}

async function keyOf(clip: Recording, options: DatasetOptions): Promise<string> {
  const { size } = await stat(clip.path);
  const { augmentation, sounds, seed } = options;
  const counts = [sounds.noises.length, sounds.responses.length];
  const name = [clip.corpus, basename(clip.path), size];
  return cacheKey([FEATURE_VERSION, name, augmentation, counts, seed]);
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
