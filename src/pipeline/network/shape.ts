import { EMOTIONS } from '../../protocol/labels.ts';
import { ANALYSIS_RATE_HZ, FEATURE_COUNT, HOP_SAMPLES } from '../features/layout.ts';

/** The network's hyper-parameters. A model's manifest holds them; weights fit one shape only. */
export interface NetworkShape {
  /** Networks of these widths that hear the same centred frames; the answer is the mean of their logits. */
  readonly members: number;
  readonly featureCount: number;
  /** Frames that one output of a convolution sees: itself and the ones before it. */
  readonly convKernel: number;
  readonly convChannels: number;
  readonly hiddenUnits: number;
  /** Width of the tanh layer under the attention score. */
  readonly attentionUnits: number;
  readonly denseUnits: number;
  readonly labelCount: number;
  /** Adds the LSTM's input to its output; needs `convChannels` = `hiddenUnits`. */
  readonly residual: boolean;
  /** After this long, a frame weighs half as much in the attention sums. */
  readonly halfLifeMs: number;
  /** α of the peak that is pooled beside mean and deviation (peak.ts); 0: none is. */
  readonly peakSharpness: number;
  /** After this long, a peak has fallen by 1. */
  readonly peakFallMs: number;
  readonly hopMs: number;
  /** Frames of an average voice that a leg's own mean is mixed with before it is subtracted. */
  readonly centringPriorFrames: number;
  /** After this long, a frame counts half as much in a leg's own mean. */
  readonly centringHalfLifeMs: number;
}

export const DEFAULT_SHAPE: NetworkShape = {
  members: 1,
  featureCount: FEATURE_COUNT,
  convKernel: 5,
  convChannels: 128,
  hiddenUnits: 128,
  attentionUnits: 64,
  denseUnits: 128,
  labelCount: EMOTIONS.length,
  residual: true,
  halfLifeMs: 8000,
  peakSharpness: 0,
  peakFallMs: 8000,
  hopMs: (HOP_SAMPLES * 1000) / ANALYSIS_RATE_HZ,
  centringPriorFrames: 30,
  centringHalfLifeMs: 4000,
};

/** What the running maximum starts at: so low that the first frame replaces it, yet finite. */
const NO_SCORE_YET = -1e4;

/** λ: what the log-weight of a frame loses with each later frame, ln 2 · hop / half-life. */
export function decayPerFrame(shape: NetworkShape): number {
  return (Math.LN2 * shape.hopMs) / shape.halfLifeMs;
}

/** What a frame loses of its log-weight in the peak with each later frame: α · hop / fall. */
export function peakDecayPerFrame(shape: NetworkShape): number {
  return (shape.peakSharpness * shape.hopMs) / shape.peakFallMs;
}

/** Numbers in the pooled vector: mean and deviation of each hidden unit, and its peak if there is one. */
export function pooledSize({ hiddenUnits, peakSharpness }: NetworkShape): number {
  return (peakSharpness > 0 ? 3 : 2) * hiddenUnits;
}

/** What a frame loses of its log-weight in a leg's own mean with each later frame. */
export function centringDecayPerFrame(shape: NetworkShape): number {
  return (Math.LN2 * shape.hopMs) / shape.centringHalfLifeMs;
}

/** The shape of each member by itself. */
export function memberShape(shape: NetworkShape): NetworkShape {
  return { ...shape, members: 1 };
}

/** What all members hear: kept once. */
export type SharedPartName = 'heard' | 'heardSum' | 'conv1';

/** What every member keeps for itself. */
export type MemberPartName =
  | 'conv2'
  | 'hidden'
  | 'cell'
  | 'maximum'
  | 'denominator'
  | 'numerator'
  | 'square'
  | 'peakCount'
  | 'peakSum';

/** One part of the flat state vector. */
export interface StatePart {
  readonly name: SharedPartName | MemberPartName;
  /** Whose it is, from 0; of a shared part nobody's. */
  readonly member?: number;
  readonly offset: number;
  readonly size: number;
}

/**
 * A leg's state, part by part, in the order of the flat vector. `heard` and `heardSum` are the
 * fading count and sum of its normalised frames (centring.ts). `conv1` is `[K−1, F]`, the centred
 * features of the latest frames; `conv2` is `[K−1, C]`, the first convolution's outputs;
 * `hidden` and `cell` are the LSTM's; `maximum`, `denominator`, `numerator` (Σ w·h) and `square`
 * (Σ w·h²) are the running attention's, with weights w = e^(score − maximum). `peakCount` and
 * `peakSum` are the peak's (peak.ts), in a network that has one. What a member keeps for itself lies
 * together, member by member, after what they share.
 */
export function stateLayout(shape: NetworkShape): readonly StatePart[] {
  const context = shape.convKernel - 1;
  const peak = [
    ['peakCount', 1],
    ['peakSum', shape.hiddenUnits],
  ] as const;
  const shared = [
    ['heard', 1],
    ['heardSum', shape.featureCount],
    ['conv1', context * shape.featureCount],
  ] as const;
  const own = [
    ['conv2', context * shape.convChannels],
    ['hidden', shape.hiddenUnits],
    ['cell', shape.hiddenUnits],
    ['maximum', 1],
    ['denominator', 1],
    ['numerator', shape.hiddenUnits],
    ['square', shape.hiddenUnits],
    ...(shape.peakSharpness > 0 ? peak : []),
  ] as const;
  const parts: Omit<StatePart, 'offset'>[] = shared.map(([name, size]) => ({ name, size }));
  for (let member = 0; member < shape.members; member++) {
    parts.push(...own.map(([name, size]) => ({ name, member, size })));
  }
  let offset = 0;
  return parts.map((part) => {
    const placed = { ...part, offset };
    offset += part.size;
    return placed;
  });
}

/** Numbers in a leg's state. */
export function stateSize(shape: NetworkShape): number {
  return stateLayout(shape).reduce((sum, part) => sum + part.size, 0);
}

/** `[S]`: the state of a leg that has heard nothing. Stepping from it equals the training forward pass. */
export function initialState(shape: NetworkShape): Float32Array {
  const state = new Float32Array(stateSize(shape));
  for (const part of stateLayout(shape)) {
    if (part.name === 'maximum') state[part.offset] = NO_SCORE_YET;
  }
  return state;
}

/**
 * Millions of floating-point operations for one second of one leg's audio, a multiply-add counted
 * as two, the head run once a step. The budget in ARCHITECTURE.md is 20.
 */
export function megaflopsPerAudioSecond(shape: NetworkShape, stepFrames = 8): number {
  const { featureCount, convKernel, convChannels, hiddenUnits, attentionUnits } = shape;
  const perFrame =
    convKernel * convChannels * (featureCount + convChannels) +
    4 * hiddenUnits * (convChannels + hiddenUnits) +
    attentionUnits * (hiddenUnits + 1) +
    1.5 * pooledSize(shape);
  const perStep = shape.denseUnits * (pooledSize(shape) + shape.labelCount);
  const framesPerSecond = 1000 / shape.hopMs;
  return (2 * shape.members * framesPerSecond * (perFrame + perStep / stepFrames)) / 1e6;
}
