/**
 * Wall time, injected once at the edge. Everything inside counts stream positions in samples;
 * only timeouts, event timestamps and latency figures ask a clock.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  nowMs(): number;
  /** Milliseconds from an arbitrary origin; never goes back. For durations. */
  monotonicMs(): number;
}

/** The machine's own clock: the one place where the wall clock is read. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};
