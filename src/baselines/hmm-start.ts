import type { Random } from '../training/random.ts';
import { concatenated } from './concatenated.ts';
import { GaussianMixture } from './gaussian-mixture.ts';
import type { Hmm } from './hmm.ts';
import { kMeans } from './k-means.ts';

/**
 * Which states may follow which: in an ergodic model all, in a left-to-right model (Bakis, without
 * skips) the same or the next, beginning with the first.
 */
export const TOPOLOGIES = ['ergodic', 'left-to-right'] as const;
export type Topology = (typeof TOPOLOGIES)[number];

export interface HmmSize {
  readonly topology: Topology;
  readonly states: number;
  /** Gaussians a state. */
  readonly components: number;
}

/**
 * The model from which Baum–Welch sets out. States first own the frames of a k-means cluster
 * (ergodic) or of an equal stretch of each sequence (left-to-right); within a state k-means deals
 * out the components. `sequences` hold `[frames, width]` each, in standardised columns.
 */
export function startingHmm(
  sequences: readonly Float64Array[],
  width: number,
  size: HmmSize,
  varianceFloor: number,
  random: Random,
): Hmm {
  const { topology, states } = size;
  const pooled = concatenated(sequences);
  const owners =
    topology === 'ergodic'
      ? kMeans(pooled, width, states, random)
      : equalStretches(sequences, width, states);
  const emissions = Array.from({ length: states }, (_, state) => {
    const own = concatenated(rowsOf(pooled, width).filter((_row, i) => owners[i] === state));
    return startingMixture(own, width, size.components, varianceFloor, random);
  });
  const lengths = sequences.map((sequence) => sequence.length / width);
  return { ...startingChain(owners, lengths, size), emissions };
}

function startingMixture(
  frames: Float64Array,
  width: number,
  components: number,
  varianceFloor: number,
  random: Random,
): GaussianMixture {
  const owners = kMeans(frames, width, components, random);
  const rows = rowsOf(frames, width);
  const weights = new Float64Array(components);
  const means = new Float64Array(components * width);
  const variances = new Float64Array(components * width).fill(1); // that of a standardised column
  for (let m = 0; m < components; m++) {
    const own = rows.filter((_row, i) => owners[i] === m);
    weights[m] = (own.length + 1) / (rows.length + components);
    if (own.length === 0) continue;
    for (let i = 0; i < width; i++) {
      const mean = own.reduce((sum, row) => sum + row[i]!, 0) / own.length;
      const spread = own.reduce((sum, row) => sum + (row[i]! - mean) ** 2, 0) / own.length;
      means[m * width + i] = mean;
      if (own.length > 1) variances[m * width + i] = Math.max(varianceFloor, spread);
    }
  }
  return new GaussianMixture({ weights, means, variances });
}

/** Starts and transitions as the owners went through them, one added to all that are allowed. */
function startingChain(
  owners: Int32Array,
  lengths: readonly number[],
  { topology, states }: HmmSize,
): Pick<Hmm, 'logStart' | 'logTransitions'> {
  const ergodic = topology === 'ergodic';
  const start = Float64Array.from({ length: states }, (_, s) => (ergodic || s === 0 ? 1 : 0));
  const transitions = Float64Array.from({ length: states * states }, (_, i) => {
    const step = (i % states) - Math.floor(i / states);
    return ergodic || step === 0 || step === 1 ? 1 : 0;
  });
  let first = 0;
  for (const length of lengths) {
    start[owners[first]!]! += 1;
    for (let t = first + 1; t < first + length; t++) {
      transitions[owners[t - 1]! * states + owners[t]!]! += 1;
    }
    first += length;
  }
  const logTransitions = transitions.map((count, i) => {
    const from = Math.floor(i / states) * states;
    return Math.log(count / sum(transitions.subarray(from, from + states)));
  });
  return { logStart: start.map((count) => Math.log(count / sum(start))), logTransitions };
}

function equalStretches(
  sequences: readonly Float64Array[],
  width: number,
  states: number,
): Int32Array {
  return Int32Array.from(
    sequences.flatMap((sequence) => {
      const length = sequence.length / width;
      return Array.from({ length }, (_, t) => Math.floor((t * states) / length));
    }),
  );
}

function rowsOf(frames: Float64Array, width: number): Float64Array[] {
  return Array.from({ length: frames.length / width }, (_, i) =>
    frames.subarray(i * width, (i + 1) * width),
  );
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
