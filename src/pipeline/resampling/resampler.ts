/**
 * Streaming conversion between two sample rates. Every output sample depends on the input alone, never
 * on how it was cut into chunks. `free` a resampler when its stream ends; a freed one stays silent.
 */
export interface Resampler extends Disposable {
  /** What the filter holds back, in input samples. */
  readonly delaySamples: number;
  /** Before the first push: leaves the delay out, so that output sample n is the sound at n / toHz. */
  skipDelay(): void;
  /** Samples in, samples out: a view that the next call, of any resampler, overwrites. */
  push(input: Float32Array): Float32Array;
  /** Forgets what it heard: the next push is answered as by a new resampler. */
  reset(): void;
  /** Gives its memory back. Further calls do nothing. */
  free(): void;
}

export const NO_SAMPLES = new Float32Array(0);
