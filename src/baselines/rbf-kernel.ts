/**
 * `1 / (d · variance)` with the variance of all values together: what scikit-learn's SVC means by
 * `gamma="scale"`.
 */
export function scaledGamma(rows: readonly Float64Array[]): number {
  const width = rows[0]!.length;
  const count = rows.length * width;
  let sum = 0;
  let squares = 0;
  for (const row of rows) {
    for (const value of row) {
      sum += value;
      squares += value * value;
    }
  }
  const variance = squares / count - (sum / count) ** 2;
  return variance > 0 ? 1 / (width * variance) : 1;
}

/** `e^(−γ·|a − b|²)` of every row of `a` (outer) with every row of `b` (inner). */
export function rbfKernel(
  a: readonly Float64Array[],
  b: readonly Float64Array[],
  gamma: number,
): Float64Array[] {
  return a.map((row) =>
    Float64Array.from(b, (other) => Math.exp(-gamma * squaredDistance(row, other))),
  );
}

function squaredDistance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = a[i]! - b[i]!;
    sum += difference * difference;
  }
  return sum;
}
