import { EMOTIONS } from '../../protocol/labels.ts';
import { ANALYSIS_RATE_HZ, FEATURE_COUNT, HOP_SAMPLES } from '../features/layout.ts';

/** The network's hyper-parameters. A model's manifest holds them; weights fit one shape only. */
export interface NetworkShape {
  /** Networks of these widths that hear the same centred frames; the mean of their logits answers. */
  readonly members: number;
  /**
   * Width of the dense layer of one more reader, which pools the frames as they are, not centred
   * (statistics.ts). 0: there is none.
   */
  readonly statisticsUnits: number;
  /** Columns of a frame, the references, with which the statistics correlate every column (correlations.ts). */
  readonly statisticsReferences: readonly number[];
  /** After this long, a frame weighs half as much in the statistics, and their peaks have fallen by 1. */
  readonly statisticsHalfLifeMs: number;
  /** What the statistics' logits weigh in the answer of a network that has members too, from 0 to 1. */
  readonly statisticsShare: number;
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
  statisticsUnits: 0,
  statisticsReferences: [],
  statisticsHalfLifeMs: 1000,
  statisticsShare: 0.5,
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

/**
 * Numbers in a reader's pooled vector: mean and deviation of each hidden unit, its correlations with
 * the references, and its peak if there is one. `shape` is the reader's own.
 */
export function pooledSize(shape: NetworkShape): number {
  const { hiddenUnits, statisticsReferences, peakSharpness } = shape;
  return ((peakSharpness > 0 ? 3 : 2) + statisticsReferences.length) * hiddenUnits;
}

/** What a frame loses of its log-weight in a leg's own mean with each later frame. */
export function centringDecayPerFrame(shape: NetworkShape): number {
  return (Math.LN2 * shape.hopMs) / shape.centringHalfLifeMs;
}

/** The shape of each member by itself. */
export function memberShape(shape: NetworkShape): NetworkShape {
  return { ...shape, members: 1, statisticsUnits: 0, statisticsReferences: [] };
}

/** α of the peaks that are pooled of the frames themselves. */
const STATISTICS_SHARPNESS = 4;

/** The pooling and the head of the statistics as those of a member whose hidden vector is the frame. */
export function statisticsShape(shape: NetworkShape): NetworkShape {
  return {
    ...memberShape(shape),
    hiddenUnits: shape.featureCount,
    denseUnits: shape.statisticsUnits,
    statisticsReferences: shape.statisticsReferences,
    halfLifeMs: shape.statisticsHalfLifeMs,
    peakSharpness: STATISTICS_SHARPNESS,
    peakFallMs: shape.statisticsHalfLifeMs,
  };
}

/** By pooling and head, all that read the frames: the members, then the statistics if there are any. */
export function readerShapes(shape: NetworkShape): NetworkShape[] {
  const members = Array.from({ length: shape.members }, () => memberShape(shape));
  return shape.statisticsUnits > 0 ? [...members, statisticsShape(shape)] : members;
}

/** The one reader that is trained in a network: its member, or its statistics. */
export function trainedReader(shape: NetworkShape): NetworkShape {
  return readerShapes(shape)[0]!;
}

/** What each reader's logits weigh in the answer, 1 together: the members have equal parts of what the statistics leave. */
export function readerShares({
  members,
  statisticsUnits,
  statisticsShare,
}: NetworkShape): number[] {
  if (members === 0) return [1];
  if (statisticsUnits === 0) return Array.from({ length: members }, () => 1 / members);
  const ofMember = (1 - statisticsShare) / members;
  return [...Array.from({ length: members }, () => ofMember), statisticsShare];
}

/** What all members hear: kept once. */
export type SharedPartName = 'heard' | 'heardSum' | 'conv1';

/** What every reader keeps for itself: the sums that its head reads. */
export type ReaderPartName =
  | 'maximum'
  | 'denominator'
  | 'numerator'
  | 'square'
  | 'product'
  | 'peakCount'
  | 'peakSum';

/** What every member keeps for itself. */
export type MemberPartName = 'conv2' | 'hidden' | 'cell' | ReaderPartName;

/** One part of the flat state vector. */
export interface StatePart {
  readonly name: SharedPartName | MemberPartName;
  /** Which reader's it is, from 0; of a shared part nobody's. */
  readonly reader?: number;
  readonly offset: number;
  readonly size: number;
}

/**
 * A leg's state, part by part, in the order of the flat vector. `heard` and `heardSum` are the
 * fading count and sum of its normalised frames (centring.ts). `conv1` is `[K−1, F]`, the centred
 * features of the latest frames; `conv2` is `[K−1, C]`, the first convolution's outputs;
 * `hidden` and `cell` are the LSTM's; `maximum`, `denominator`, `numerator` (Σ w·h) and `square`
 * (Σ w·h²) are the running attention's, with weights w = e^(score − maximum); `product` (Σ w·h_r·h,
 * reference by reference) is the correlations', in a network that has them. `peakCount` and
 * `peakSum` are the peak's (peak.ts), in a network that has one. What a member keeps for itself lies
 * together, member by member, after what they share; last lie the sums of the statistics.
 */
export function stateLayout(shape: NetworkShape): readonly StatePart[] {
  const context = shape.convKernel - 1;
  const shared = [
    ['heard', 1],
    ['heardSum', shape.featureCount],
    ['conv1', context * shape.featureCount],
  ] as const;
  const trunk = [
    ['conv2', context * shape.convChannels],
    ['hidden', shape.hiddenUnits],
    ['cell', shape.hiddenUnits],
  ] as const;
  const parts: Omit<StatePart, 'offset'>[] = shared.map(([name, size]) => ({ name, size }));
  readerShapes(shape).forEach((own, reader) => {
    const below = reader < shape.members ? trunk : [];
    parts.push(...[...below, ...sumParts(own)].map(([name, size]) => ({ name, reader, size })));
  });
  let offset = 0;
  return parts.map((part) => {
    const placed = { ...part, offset };
    offset += part.size;
    return placed;
  });
}

/** The sums that a reader's head reads, and their sizes. */
function sumParts({ hiddenUnits, statisticsReferences, peakSharpness }: NetworkShape) {
  const moments = [
    ['maximum', 1],
    ['denominator', 1],
    ['numerator', hiddenUnits],
    ['square', hiddenUnits],
  ] as const;
  const products = [['product', statisticsReferences.length * hiddenUnits]] as const;
  const peak = [
    ['peakCount', 1],
    ['peakSum', hiddenUnits],
  ] as const;
  return [
    ...moments,
    ...(statisticsReferences.length > 0 ? products : []),
    ...(peakSharpness > 0 ? peak : []),
  ];
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
  const trunk =
    convKernel * convChannels * (featureCount + convChannels) +
    4 * hiddenUnits * (convChannels + hiddenUnits) +
    attentionUnits * (hiddenUnits + 1);
  const read = (own: NetworkShape) =>
    1.5 * pooledSize(own) + (own.denseUnits * (pooledSize(own) + own.labelCount)) / stepFrames;
  const readers = readerShapes(shape).reduce((sum, own) => sum + read(own), 0);
  return (2 * (1000 / shape.hopMs) * (shape.members * trunk + readers)) / 1e6;
}
