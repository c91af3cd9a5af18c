/** The browser's clock: the one place of the page where time is read. */
export const browserClock = {
  /** Milliseconds since the Unix epoch. */
  nowMs: () => Date.now(),
  /** Milliseconds from an arbitrary origin; never goes back. */
  monotonicMs: () => performance.now(),
};
