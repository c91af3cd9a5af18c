/** Shares and dimensions in events keep four decimals: more is noise, and every event carries twenty. */
export function fourDecimals(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}

/** Hertz and decibels in events keep two. */
export function twoDecimals(value: number): number {
  return Math.round(value * 1e2) / 1e2;
}
