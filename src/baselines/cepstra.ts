import { FEATURE_GROUPS, featureOffset } from '../pipeline/features/layout.ts';
import type { Centring } from './hmm-settings.ts';
import { columns } from './labelled-frames.ts';

/** MFCC, Δ and ΔΔ, which stand side by side. */
export const CEPSTRA_COUNT = FEATURE_GROUPS.mfcc + FEATURE_GROUPS.delta + FEATURE_GROUPS.deltaDelta;

/** A recording as an HMM sees it, `[frames, CEPSTRA_COUNT]`. */
export function cepstra(frames: Float32Array, centring: Centring): Float64Array {
  const sequence = columns(frames, featureOffset('mfcc'), CEPSTRA_COUNT);
  const centred = { none: 0, level: 1, mfcc: FEATURE_GROUPS.mfcc }[centring];
  const count = sequence.length / CEPSTRA_COUNT;
  for (let i = 0; i < centred; i++) {
    let sum = 0;
    for (let t = 0; t < count; t++) sum += sequence[t * CEPSTRA_COUNT + i]!;
    for (let t = 0; t < count; t++) sequence[t * CEPSTRA_COUNT + i]! -= sum / count;
  }
  return sequence;
}
