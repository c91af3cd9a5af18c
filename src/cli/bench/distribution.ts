/** How a measured quantity is spread. */
export interface Distribution {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Nearest-rank percentiles; null when nothing was measured. */
export function distribution(values: readonly number[] | Float64Array): Distribution | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  const rank = (share: number) => rounded(sorted[Math.ceil(share * sorted.length) - 1]!, 2);
  return { count: sorted.length, p50: rank(0.5), p95: rank(0.95), p99: rank(0.99), max: rank(1) };
}

/** A figure with no more digits than it deserves. */
export function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}
