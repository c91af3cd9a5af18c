import { quantile } from '../evaluation/metrics.ts';
import {
  ANALYSIS_RATE_HZ,
  FEATURE_GROUPS,
  featureOffset,
  HOP_SAMPLES,
} from '../pipeline/features/layout.ts';
import { concatenated } from './concatenated.ts';
import { columns, frameCount } from './labelled-frames.ts';

const HOP_SECONDS = HOP_SAMPLES / ANALYSIS_RATE_HZ;
const CEPSTRA = featureOffset('mfcc');
/** MFCC, Δ and ΔΔ stand side by side. */
const CEPSTRA_COUNT = FEATURE_GROUPS.mfcc + FEATURE_GROUPS.delta + FEATURE_GROUPS.deltaDelta;
const PITCH = featureOffset('prosody');
const VOICING = PITCH + 1;
const LEVEL = PITCH + 2;
const SPEECH_RATE = PITCH + 3;

const PERCENTILES = [0.1, 0.25, 0.5, 0.75, 0.9];
/** Mean, deviation, minimum, maximum, the percentiles, slope. */
const FUNCTIONAL_COUNT = 5 + PERCENTILES.length;

/**
 * One vector for a whole recording: functionals of MFCC with Δ and ΔΔ, level, voicing, and pitch
 * over the voiced frames; then seconds of speech, voiced share, speech rate. `frames` holds speech.
 */
export function describeSpeech(frames: Float32Array): Float64Array {
  const parts: Float64Array[] = [];
  for (let i = 0; i < CEPSTRA_COUNT; i++) parts.push(functionals(columns(frames, CEPSTRA + i, 1)));
  for (const column of [LEVEL, VOICING]) parts.push(functionals(columns(frames, column, 1)));
  const pitch = columns(frames, PITCH, 1).filter((octaves) => octaves !== 0); // 0: unvoiced
  parts.push(functionals(pitch));
  const seconds = frameCount(frames) * HOP_SECONDS;
  const rate = mean(columns(frames, SPEECH_RATE, 1));
  parts.push(Float64Array.of(seconds, pitch.length / frameCount(frames), rate));
  return concatenated(parts);
}

/** The same of the level alone. */
export function describeLevel(frames: Float32Array): Float64Array {
  return functionals(columns(frames, LEVEL, 1));
}

/** `[FUNCTIONAL_COUNT]` of a series of frames, slope per second; zeros where there are none. */
function functionals(values: Float64Array): Float64Array {
  if (values.length === 0) return new Float64Array(FUNCTIONAL_COUNT);
  const centre = mean(values);
  const deviation = Math.sqrt(mean(values.map((value) => (value - centre) ** 2)));
  const sorted = values.toSorted();
  const shares = [0, 1, ...PERCENTILES].map((share) => quantile(sorted, share));
  return Float64Array.of(centre, deviation, ...shares, slope(values, centre) / HOP_SECONDS);
}

/** Least squares over the frame number; 0 for a single frame. */
function slope(values: Float64Array, centre: number): number {
  const middle = (values.length - 1) / 2;
  let covariance = 0;
  let spread = 0;
  for (let t = 0; t < values.length; t++) {
    covariance += (t - middle) * (values[t]! - centre);
    spread += (t - middle) ** 2;
  }
  return spread === 0 ? 0 : covariance / spread;
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
