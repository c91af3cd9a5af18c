/** e to the power of this vanishes beside 1. */
const VANISHING = -40;

/** `log Σ e^v` of `count` values from `start`, without overflow; −∞ when all are. */
export function logSum(values: Float64Array, start = 0, count = values.length): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = start; i < start + count; i++) if (values[i]! > largest) largest = values[i]!;
  if (largest === Number.NEGATIVE_INFINITY) return largest;
  let sum = 0;
  for (let i = start; i < start + count; i++) {
    const below = values[i]! - largest;
    if (below > VANISHING) sum += Math.exp(below);
  }
  return largest + Math.log(sum);
}
