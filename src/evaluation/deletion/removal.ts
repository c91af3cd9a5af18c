import type { Random } from '../../training/random.ts';

/** What is removed: whole stretches of frames, each by what one method says of it. */
export interface RemovalPlan {
  /** Frames a stretch: 1, or a model step. */
  readonly stretchFrames: number;
  /** The part of an utterance's stretches that goes, 0 to 1; at least one goes. */
  readonly share: number;
}

/** Stretches of an utterance that may go; frames at its end that fill none always stay. */
export function stretchCount(frameCount: number, { stretchFrames }: RemovalPlan): number {
  return Math.floor(frameCount / stretchFrames);
}

function removedCount(stretches: number, { share }: RemovalPlan): number {
  return Math.max(1, Math.round(share * stretches));
}

/** `[stretches]`: the sum over each stretch of a value a frame. */
export function sumStretches(values: Float32Array, plan: RemovalPlan): Float32Array {
  const sums = new Float32Array(stretchCount(values.length, plan));
  for (let t = 0; t < sums.length * plan.stretchFrames; t++) {
    sums[Math.floor(t / plan.stretchFrames)]! += values[t]!;
  }
  return sums;
}

/** The stretches with the largest values; of equals the first. */
export function largestStretches(values: Float32Array, plan: RemovalPlan): Set<number> {
  const order = Array.from(values, (_, i) => i);
  order.sort((a, b) => values[b]! - values[a]! || a - b);
  return new Set(order.slice(0, removedCount(values.length, plan)));
}

/** As many stretches, drawn. */
export function drawnStretches(stretches: number, plan: RemovalPlan, random: Random): Set<number> {
  const order = random.shuffle(Array.from({ length: stretches }, (_, i) => i));
  return new Set(order.slice(0, removedCount(stretches, plan)));
}

/** How a stretch goes: cut out of time, so that its neighbours meet, or replaced by the mean frame. */
export const REMOVALS = ['cut', 'masked'] as const;
export type Removal = (typeof REMOVALS)[number];

/** Removes stretches from features `[frames, F]`; `mean[F]` is what a masked frame holds. */
export function removeStretches(
  features: Float32Array,
  removed: ReadonlySet<number>,
  stretchFrames: number,
  mean: Float32Array,
  removal: Removal,
): Float32Array {
  const featureCount = mean.length;
  const size = stretchFrames * featureCount;
  if (removal === 'masked') {
    return features.map((value, i) =>
      removed.has(Math.floor(i / size)) ? mean[i % featureCount]! : value,
    );
  }
  return features.filter((_, i) => !removed.has(Math.floor(i / size)));
}
