import { TonewireError } from '../protocol/errors.ts';
import { checkSounds } from './augmentation/augment.ts';
import { loadNoises, noisePaths } from './augmentation/noise.ts';
import type { TrainingClip } from './batches.ts';
import type { CorpusClip } from './corpora/clip.ts';
import { buildBackground, buildDataset } from './dataset.ts';
import type { FeatureCache } from './feature-cache.ts';
import type { TrainingPlan } from './training-plan.ts';

/** Runs with other seeds train on the same copies: they differ by training alone, and share the cache. */
const COPIES_SEED = 1;

export interface FeatureOptions {
  /** Folder of noise recordings; needed when the plan adds noise. */
  readonly noiseFolder?: string;
  /** Where features of earlier runs are kept. */
  readonly cache?: FeatureCache;
  readonly onClip?: (done: number, total: number) => void;
}

/** Features by path, of noise recordings too; a recording with too little in it is not among them. */
export type Features = ReadonlyMap<string, TrainingClip>;

/** Reads recordings and their augmented copies through the serving front end. */
export async function readFeatures(
  clips: readonly CorpusClip[],
  plan: TrainingPlan,
  options: FeatureOptions,
): Promise<Features> {
  const { noiseFolder, cache, onClip } = options;
  const noises = noiseFolder === undefined ? [] : await loadNoises(noiseFolder, 'training');
  const sounds = { noises, responses: [] };
  const recipes = plan.sources.map((own) => ({ ...plan.augmentation, ...own.augmentation }));
  for (const recipe of [plan.augmentation, ...recipes]) checkSounds(recipe, sounds);
  const copies = { sounds, seed: COPIES_SEED, ...(cache && { cache }) };
  const features = new Map<string, TrainingClip>();
  let before = 0;
  for (const [i, { corpus, variants }] of plan.sources.entries()) {
    const own = clips.filter((clip) => clip.corpus === corpus);
    const done = before;
    const dataset = await buildDataset(own, {
      ...copies,
      augmentation: recipes[i]!,
      variants,
      onClip: (read) => onClip?.(done + read, clips.length),
    });
    for (const clip of dataset) features.set(clip.path, clip);
    before += own.length;
  }
  if (plan.background !== undefined) {
    const paths = await backgroundPaths(noiseFolder);
    const options = { ...copies, augmentation: plan.augmentation, ...plan.background };
    for (const clip of await buildBackground(paths, options)) {
      features.set(clip.path, clip);
    }
  }
  return features;
}

function backgroundPaths(noiseFolder: string | undefined): Promise<string[]> {
  if (noiseFolder !== undefined) return noisePaths(noiseFolder, 'training');
  throw new TonewireError('TW_TRAINING', 'The recipe learns from noise: name a folder of it.');
}
