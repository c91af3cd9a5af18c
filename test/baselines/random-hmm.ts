import { GaussianMixture } from '../../src/baselines/gaussian-mixture.ts';
import type { Hmm } from '../../src/baselines/hmm.ts';
import type { Random } from '../../src/training/random.ts';

export interface RandomHmmSize {
  readonly states: number;
  readonly components: number;
  readonly width: number;
}

/** An ergodic model with everything drawn; variances lie between 0.3 and 2. */
export function randomHmm({ states, components, width }: RandomHmmSize, random: Random): Hmm {
  const rows = Array.from({ length: states }, () => [...shares(states, random)]);
  return {
    logStart: shares(states, random).map(Math.log),
    logTransitions: Float64Array.from(rows.flat(), Math.log),
    emissions: Array.from(
      { length: states },
      () =>
        new GaussianMixture({
          weights: shares(components, random),
          means: randomSequence(components, width, random),
          variances: randomSequence(components, width, random).map(() => random.uniform(0.3, 2)),
        }),
    ),
  };
}

/** `[frames, width]` of Gaussian noise. */
export function randomSequence(frames: number, width: number, random: Random): Float64Array {
  return Float64Array.from({ length: frames * width }, () => random.normal(0, 1.5));
}

/** What a model emits when it is let run, `[frames, width]`. */
export function drawFrom(hmm: Hmm, frames: number, random: Random): Float64Array {
  const states = hmm.logStart.length;
  const { width } = hmm.emissions[0]!;
  const sequence = new Float64Array(frames * width);
  let state = drawIndex(hmm.logStart.map(Math.exp), random);
  for (let t = 0; t < frames; t++) {
    const { weights, means, variances } = hmm.emissions[state]!.parameters;
    const m = drawIndex(weights, random);
    for (let i = 0; i < width; i++) {
      const at = m * width + i;
      sequence[t * width + i] = random.normal(means[at]!, Math.sqrt(variances[at]!));
    }
    const row = hmm.logTransitions.subarray(state * states, (state + 1) * states);
    state = drawIndex(row.map(Math.exp), random);
  }
  return sequence;
}

function drawIndex(probabilities: Float64Array, random: Random): number {
  let left = random.next();
  for (let i = 0; i < probabilities.length - 1; i++) {
    left -= probabilities[i]!;
    if (left < 0) return i;
  }
  return probabilities.length - 1;
}

function shares(count: number, random: Random): Float64Array {
  const values = Float64Array.from({ length: count }, () => random.uniform(0.1, 1));
  const total = values.reduce((sum, value) => sum + value, 0);
  return values.map((value) => value / total);
}
