/**
 * Magnitude pruning: the `share` of the values that lie nearest to zero become zero, the others
 * stay as they are (Han et al. 2015, arXiv 1506.02626, without their training afterwards). Of
 * equals the first go. Rounded down to whole values.
 */
export function prune(values: Float32Array, share: number): Float32Array {
  const order = Uint32Array.from(values, (_, i) => i);
  order.sort((a, b) => Math.abs(values[a]!) - Math.abs(values[b]!) || a - b);
  const pruned = values.slice();
  for (const i of order.subarray(0, Math.floor(share * values.length))) pruned[i] = 0;
  return pruned;
}
