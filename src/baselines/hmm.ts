import type { GaussianMixture } from './gaussian-mixture.ts';
import { logSum } from './log-sum.ts';

/** A hidden Markov model whose states emit frames from mixtures of Gaussians. */
export interface Hmm {
  /** `[states]`: log probability of beginning in a state; −∞ where it never does. */
  readonly logStart: Float64Array;
  /** `[from, to]` */
  readonly logTransitions: Float64Array;
  /** `[states]`, all of the same width and number of components. */
  readonly emissions: readonly GaussianMixture[];
}

/** How well each state fits each frame. */
export interface Emitted {
  readonly frames: number;
  /** `[frames, states]`: log density. */
  readonly log: Float64Array;
  /** `[frames, states, components]`: the parts whose log sum is `log`. */
  readonly parts: Float64Array;
}

/** `sequence` is `[frames, width]`. */
export function emitted({ emissions }: Hmm, sequence: Float64Array): Emitted {
  const states = emissions.length;
  const { components, width } = emissions[0]!;
  const frames = sequence.length / width;
  const log = new Float64Array(frames * states);
  const parts = new Float64Array(frames * states * components);
  for (let i = 0; i < log.length; i++) {
    const offset = Math.floor(i / states) * width;
    log[i] = emissions[i % states]!.logDensity(sequence, offset, parts, i * components);
  }
  return { frames, log, parts };
}

/**
 * Log probability `[frames, states]` of the frames so far, ending in a state (L. Rabiner, "A tutorial on
 * hidden Markov models…", Proceedings of the IEEE 77, 1989, equation 20). In logarithms rather than
 * scaled: the fit of states may differ by more than a double's range.
 */
export function forward({ logStart, logTransitions }: Hmm, { frames, log }: Emitted): Float64Array {
  const states = logStart.length;
  const alpha = new Float64Array(frames * states);
  const ways = new Float64Array(states);
  for (let state = 0; state < states; state++) alpha[state] = logStart[state]! + log[state]!;
  for (let t = 1; t < frames; t++) {
    for (let to = 0; to < states; to++) {
      for (let from = 0; from < states; from++) {
        ways[from] = alpha[(t - 1) * states + from]! + logTransitions[from * states + to]!;
      }
      alpha[t * states + to] = logSum(ways) + log[t * states + to]!;
    }
  }
  return alpha;
}

/** Log probability `[frames, states]` of the frames still to come, given a state (equation 25). */
export function backward({ logTransitions }: Hmm, { frames, log }: Emitted): Float64Array {
  const states = log.length / frames;
  const beta = new Float64Array(frames * states);
  const ways = new Float64Array(states);
  for (let t = frames - 2; t >= 0; t--) {
    const next = (t + 1) * states;
    for (let from = 0; from < states; from++) {
      for (let to = 0; to < states; to++) {
        ways[to] = logTransitions[from * states + to]! + log[next + to]! + beta[next + to]!;
      }
      beta[t * states + from] = logSum(ways);
    }
  }
  return beta;
}

/** Log likelihood of a sequence `[frames, width]` of at least one frame; it may end in any state. */
export function logLikelihood(hmm: Hmm, sequence: Float64Array): number {
  const fit = emitted(hmm, sequence);
  const states = hmm.logStart.length;
  return logSum(forward(hmm, fit), (fit.frames - 1) * states, states);
}
