import { FEATURE_COUNT, FEATURE_GROUPS, featureOffset } from '../pipeline/features/layout.ts';
import type { Random } from './random.ts';
import type { Recipe } from './recipe.ts';

/** The label of a recording in which nobody speaks: the network learns to prefer no emotion. */
export const NOBODY = -1;

/** One recording: what the front end made of it. */
export interface TrainingClip {
  /** Each `[frames, FEATURE_COUNT]`, raw features of one augmented copy; the first is unaltered. */
  readonly variants: readonly Float32Array[];
  /** Index into EMOTIONS, or NOBODY. */
  readonly label: number;
  readonly speaker: string;
  readonly corpus?: string;
  /** Where it was read from. */
  readonly path: string;
}

/** One clip's part of a sequence. */
export interface Segment {
  readonly clip: TrainingClip;
  /** Index of the frame after its last. */
  readonly endFrame: number;
}

/** Sequences of one clip or several, side by side, right-padded with the mean, which the network normalises to zero. */
export interface Batch {
  /** What each sequence is made of, in order. */
  readonly segments: readonly (readonly Segment[])[];
  readonly lengths: readonly number[];
  readonly frameCount: number;
  /** `[sequences, frameCount, FEATURE_COUNT]` */
  readonly frames: Float32Array;
}

/** Stretches of clips one after the other. */
interface Sequence {
  readonly segments: readonly Segment[];
  /** `[frames, FEATURE_COUNT]` each, as many as there are segments. */
  readonly features: readonly Float32Array[];
  readonly length: number;
}

const framesIn = (features: Float32Array) => features.length / FEATURE_COUNT;

/** Joins variants of clips; what passes `maxFrames` is cut off, and a clip alone at a random start. */
function sequence(
  parts: readonly { clip: TrainingClip; features: Float32Array }[],
  maxFrames: number,
  start = 0,
): Sequence {
  const segments: Segment[] = [];
  const features: Float32Array[] = [];
  let length = 0;
  for (const { clip, features: whole } of parts) {
    if (length >= maxFrames) break;
    const kept = Math.min(framesIn(whole) - start, maxFrames - length);
    features.push(whole.subarray(start * FEATURE_COUNT, (start + kept) * FEATURE_COUNT));
    length += kept;
    segments.push({ clip, endFrame: length });
  }
  return { segments, features, length };
}

function assemble(sequences: readonly Sequence[], mean: Float32Array): Batch {
  const frameCount = Math.max(...sequences.map((one) => one.length));
  const frames = new Float32Array(sequences.length * frameCount * FEATURE_COUNT);
  sequences.forEach((one, b) => {
    let offset = b * frameCount * FEATURE_COUNT;
    for (const part of one.features) {
      frames.set(part, offset);
      offset += part.length;
    }
    for (let t = one.length; t < frameCount; t++) {
      frames.set(mean, (b * frameCount + t) * FEATURE_COUNT);
    }
  });
  return {
    segments: sequences.map((one) => one.segments),
    lengths: sequences.map((one) => one.length),
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

/** An epoch's clips: all of them, or of a corpus as many as the recipe says, another part every time. */
function drawn(clips: readonly TrainingClip[], recipe: Recipe, random: Random): TrainingClip[] {
  const left = new Map(Object.entries(recipe.clipsPerEpoch));
  return random.shuffle(clips).filter(({ corpus }) => {
    const remaining = left.get(corpus ?? '');
    if (remaining === undefined) return true;
    left.set(corpus ?? '', remaining - 1);
    return remaining > 0;
  });
}

/** Clips by speaker, to find what one can be joined with. */
function bySpeaker(clips: readonly TrainingClip[]): ReadonlyMap<string, readonly TrainingClip[]> {
  const groups = new Map<string, TrainingClip[]>();
  for (const clip of clips) {
    const own = groups.get(clip.speaker);
    if (own === undefined) groups.set(clip.speaker, [clip]);
    else own.push(clip);
  }
  return groups;
}

/**
 * One epoch's batches: one variant of each clip drawn, sequences of similar length together. Some
 * clips follow others of their speaker, so that the network meets changes of expression, long calls
 * and a state that is not fresh.
 */
export function* trainingBatches(
  clips: readonly TrainingClip[],
  mean: Float32Array,
  recipe: Recipe,
  random: Random,
): Generator<Batch> {
  const { maxFrames, concatenation, batchSize } = recipe;
  const others = bySpeaker(clips);
  const variantOf = (clip: TrainingClip) => ({ clip, features: random.pick(clip.variants) });
  const sequences = drawn(clips, recipe, random).map((clip) => {
    const last = variantOf(clip);
    if (random.chance(concatenation.probability)) {
      const before = 1 + random.integer(concatenation.maxClips - 1);
      const earlier = Array.from({ length: before }, () =>
        variantOf(random.pick(others.get(clip.speaker)!)),
      );
      return sequence([...earlier, last], maxFrames);
    }
    const spare = Math.max(0, framesIn(last.features) - maxFrames);
    return sequence([last], maxFrames, random.integer(spare + 1));
  });
  const batches = cut(sequences, batchSize * POOL_BATCHES).flatMap((pool) =>
    cut(
      pool.sort((a, b) => a.length - b.length),
      batchSize,
    ),
  );
  for (const members of random.shuffle(batches)) {
    const batch = assemble(members, mean);
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
  const sequences = clips.map((clip) =>
    sequence([{ clip, features: clip.variants[0]! }], Number.POSITIVE_INFINITY),
  );
  for (const part of cut(
    sequences.sort((a, b) => a.length - b.length),
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
