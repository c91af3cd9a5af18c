import { FEATURE_COUNT, FEATURE_GROUPS, featureOffset } from '../pipeline/features/layout.ts';
import type { Random } from './random.ts';
import type { Recipe } from './recipe.ts';

/** One recording: what the front end made of it. */
export interface TrainingClip {
  /** Each `[frames, FEATURE_COUNT]`, raw features of one augmented copy; the first is unaltered. */
  readonly variants: readonly Float32Array[];
  /** Index into EMOTIONS. */
  readonly label: number;
  readonly speaker: string;
  readonly corpus?: string;
}

/** Clips side by side, right-padded with the mean, which the network normalises to zero. */
export interface Batch {
  readonly clips: readonly TrainingClip[];
  readonly lengths: readonly number[];
  readonly frameCount: number;
  /** `[clips, frameCount, FEATURE_COUNT]` */
  readonly frames: Float32Array;
}

/** A stretch of one clip's features. */
interface Stretch {
  readonly clip: TrainingClip;
  readonly features: Float32Array;
  readonly length: number;
}

function stretch(clip: TrainingClip, features: Float32Array, start: number, maxFrames: number) {
  const length = Math.min(features.length / FEATURE_COUNT - start, maxFrames);
  const part = features.subarray(start * FEATURE_COUNT, (start + length) * FEATURE_COUNT);
  return { clip, features: part, length };
}

function assemble(stretches: readonly Stretch[], mean: Float32Array): Batch {
  const frameCount = Math.max(...stretches.map((one) => one.length));
  const frames = new Float32Array(stretches.length * frameCount * FEATURE_COUNT);
  stretches.forEach((one, b) => {
    const offset = b * frameCount * FEATURE_COUNT;
    frames.set(one.features, offset);
    for (let t = one.length; t < frameCount; t++) frames.set(mean, offset + t * FEATURE_COUNT);
  });
  return {
    clips: stretches.map((one) => one.clip),
    lengths: stretches.map((one) => one.length),
    frameCount,
    frames,
  };
}

/** Hides stretches of time and mel bands behind the mean, in place (SpecAugment). */
export function maskSpectrum(batch: Batch, mean: Float32Array, recipe: Recipe, random: Random) {
  const { timeMasks, maxTimeFrames, melMasks, maxMelBands } = recipe.specAugment;
  const firstMel = featureOffset('logMel');
  batch.lengths.forEach((length, b) => {
    const at = (t: number) => (b * batch.frameCount + t) * FEATURE_COUNT;
    for (let mask = 0; mask < timeMasks; mask++) {
      const width = random.integer(Math.min(maxTimeFrames, Math.floor(length / 4)) + 1);
      const start = random.integer(length - width + 1);
      for (let t = start; t < start + width; t++) batch.frames.set(mean, at(t));
    }
    for (let mask = 0; mask < melMasks; mask++) {
      const width = random.integer(Math.min(maxMelBands, FEATURE_GROUPS.logMel) + 1);
      const start = firstMel + random.integer(FEATURE_GROUPS.logMel - width + 1);
      const filling = mean.subarray(start, start + width);
      for (let t = 0; t < length; t++) batch.frames.set(filling, at(t) + start);
    }
  });
}

/** Cuts a list into pieces of `size`. */
function cut<T>(items: readonly T[], size: number): T[][] {
  const pieces: T[][] = [];
  for (let start = 0; start < items.length; start += size) {
    pieces.push(items.slice(start, start + size));
  }
  return pieces;
}

/** How many batches are sorted by length together: more cuts padding, fewer mixes better. */
const POOL_BATCHES = 8;

/** One epoch's batches: one variant of each clip, clips of similar length together. */
export function* trainingBatches(
  clips: readonly TrainingClip[],
  mean: Float32Array,
  recipe: Recipe,
  random: Random,
): Generator<Batch> {
  const stretches = random.shuffle(clips).map((clip) => {
    const features = random.pick(clip.variants);
    const spare = Math.max(0, features.length / FEATURE_COUNT - recipe.maxFrames);
    return stretch(clip, features, random.integer(spare + 1), recipe.maxFrames);
  });
  const batches = cut(stretches, recipe.batchSize * POOL_BATCHES).flatMap((pool) =>
    cut(
      pool.sort((a, b) => a.length - b.length),
      recipe.batchSize,
    ),
  );
  for (const stretches of random.shuffle(batches)) {
    const batch = assemble(stretches, mean);
    maskSpectrum(batch, mean, recipe, random);
    yield batch;
  }
}

/** Every clip once, whole and unaltered, the first variant of each. */
export function* validationBatches(
  clips: readonly TrainingClip[],
  mean: Float32Array,
  batchSize: number,
): Generator<Batch> {
  const stretches = clips.map((clip) =>
    stretch(clip, clip.variants[0]!, 0, Number.POSITIVE_INFINITY),
  );
  for (const part of cut(
    stretches.sort((a, b) => a.length - b.length),
    batchSize,
  )) {
    yield assemble(part, mean);
  }
}

/** Mean and 1/deviation of every column over all variants; a column that is off or constant gets scale 0. */
export function measureFeatures(clips: readonly TrainingClip[], groups: Recipe['featureGroups']) {
  const sum = new Float64Array(FEATURE_COUNT);
  const square = new Float64Array(FEATURE_COUNT);
  let frames = 0;
  for (const { variants } of clips) {
    for (const features of variants) {
      frames += features.length / FEATURE_COUNT;
      for (let i = 0; i < features.length; i++) {
        const column = i % FEATURE_COUNT;
        sum[column]! += features[i]!;
        square[column]! += features[i]! * features[i]!;
      }
    }
  }
  const mean = Float32Array.from(sum, (total) => total / frames);
  const scale = new Float32Array(FEATURE_COUNT);
  for (const group of groups) {
    const first = featureOffset(group);
    for (let column = first; column < first + FEATURE_GROUPS[group]; column++) {
      const average = sum[column]! / frames;
      const variance = square[column]! / frames - average * average;
      scale[column] = variance > 1e-8 ? 1 / Math.sqrt(variance) : 0;
    }
  }
  return { mean, scale };
}
