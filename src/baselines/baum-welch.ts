import { GaussianMixture } from './gaussian-mixture.ts';
import { backward, emitted, forward, type Hmm } from './hmm.ts';
import { logSum } from './log-sum.ts';

/** Log of a share so small that it moves no sum; most states of most frames have less. */
const NEGLIGIBLE = -28;

/** Expected counts over all sequences. */
interface Counts {
  readonly start: Float64Array;
  /** `[from, to]` */
  readonly transitions: Float64Array;
  /** `[states, components]` */
  readonly weights: Float64Array;
  /** `[states, components, width]`: sums of frames, and of their squares. */
  readonly sums: Float64Array;
  readonly squares: Float64Array;
}

/**
 * One round of expectation and maximisation over sequences `[frames, width]` (Baum–Welch; Rabiner
 * 1989, §III.C and §IV.B). A variance never falls below `varianceFloor`. Returns the better model
 * and the log likelihood of the one given.
 */
export function baumWelchStep(
  hmm: Hmm,
  sequences: readonly Float64Array[],
  varianceFloor: number,
): { hmm: Hmm; logLikelihood: number } {
  const states = hmm.logStart.length;
  const { components, width } = hmm.emissions[0]!;
  const counts: Counts = {
    start: new Float64Array(states),
    transitions: new Float64Array(states * states),
    weights: new Float64Array(states * components),
    sums: new Float64Array(states * components * width),
    squares: new Float64Array(states * components * width),
  };
  let logLikelihood = 0;
  for (const sequence of sequences) logLikelihood += countSequence(hmm, sequence, counts);
  return { hmm: maximised(hmm, counts, varianceFloor), logLikelihood };
}

/** Adds what one sequence is expected to have gone through; returns its log likelihood. */
function countSequence(hmm: Hmm, sequence: Float64Array, counts: Counts): number {
  const fit = emitted(hmm, sequence);
  const states = hmm.logStart.length;
  const { components } = hmm.emissions[0]!;
  const alpha = forward(hmm, fit);
  const beta = backward(hmm, fit);
  const total = logSum(alpha, (fit.frames - 1) * states, states);
  for (let i = 0; i < alpha.length; i++) {
    const logOccupied = alpha[i]! + beta[i]! - total;
    if (logOccupied < NEGLIGIBLE) continue;
    if (i < states) counts.start[i]! += Math.exp(logOccupied);
    for (let m = 0; m < components; m++) {
      const logShare = logOccupied + fit.parts[i * components + m]! - fit.log[i]!;
      if (logShare < NEGLIGIBLE) continue;
      const share = Math.exp(logShare);
      countFrame(sequence, Math.floor(i / states), i % states, m, share, hmm, counts);
    }
    if (i < states) continue;
    const before = i - (i % states) - states;
    for (let from = 0; from < states; from++) {
      const step = from * states + (i % states);
      const logWay = alpha[before + from]! + hmm.logTransitions[step]! + fit.log[i]! + beta[i]!;
      counts.transitions[step]! += Math.exp(logWay - total);
    }
  }
  return total;
}

function countFrame(
  sequence: Float64Array,
  frame: number,
  state: number,
  component: number,
  share: number,
  { emissions }: Hmm,
  { weights, sums, squares }: Counts,
): void {
  const { components, width } = emissions[0]!;
  const at = state * components + component;
  weights[at]! += share;
  let row = at * width;
  for (let i = frame * width; i < (frame + 1) * width; i++, row++) {
    const part = share * sequence[i]!;
    sums[row]! += part;
    squares[row]! += part * sequence[i]!;
  }
}

/** The model that makes the counts likeliest; what was never visited stays as it was. */
function maximised(hmm: Hmm, counts: Counts, varianceFloor: number): Hmm {
  const states = hmm.logStart.length;
  const logTransitions = Float64Array.from(hmm.logTransitions);
  for (let from = 0; from < states; from++) {
    const row = counts.transitions.subarray(from * states, (from + 1) * states);
    if (sum(row) > 0) logTransitions.set(logShares(row), from * states);
  }
  const emissions = hmm.emissions.map((mixture, s) =>
    reestimated(mixture, s, counts, varianceFloor),
  );
  return { logStart: logShares(counts.start), logTransitions, emissions };
}

function reestimated(
  mixture: GaussianMixture,
  state: number,
  counts: Counts,
  varianceFloor: number,
): GaussianMixture {
  const { components, width } = mixture;
  const occupied = counts.weights.subarray(state * components, (state + 1) * components);
  const total = sum(occupied);
  if (total === 0) return mixture;
  const means = Float64Array.from(mixture.parameters.means);
  const variances = Float64Array.from(mixture.parameters.variances);
  for (let i = 0; i < means.length; i++) {
    const count = occupied[Math.floor(i / width)]!;
    if (count === 0) continue;
    const at = state * components * width + i;
    const mean = counts.sums[at]! / count;
    means[i] = mean;
    variances[i] = Math.max(varianceFloor, counts.squares[at]! / count - mean * mean);
  }
  return new GaussianMixture({ weights: occupied.map((n) => n / total), means, variances });
}

function logShares(counts: Float64Array): Float64Array {
  const total = sum(counts);
  return counts.map((count) => Math.log(count / total));
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
