import type { Random } from '../training/random.ts';

const ROUNDS = 10;

/**
 * The cluster, from 0, of each row of `rows[n, width]`: k-means (Lloyd) from centres drawn apart
 * (k-means++, D. Arthur and S. Vassilvitskii, SODA 2007). With fewer rows than clusters some stay empty.
 */
export function kMeans(
  rows: Float64Array,
  width: number,
  clusters: number,
  random: Random,
): Int32Array {
  const owners = new Int32Array(rows.length / width);
  if (clusters === 1 || owners.length === 0) return owners;
  const centres = drawCentres(rows, width, clusters, random);
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < owners.length; i++) owners[i] = nearest(rows, i, centres, width).cluster;
    moveCentres(rows, owners, centres, width);
  }
  return owners;
}

/** Each next centre is a row, likelier the farther it lies from those already drawn. */
function drawCentres(
  rows: Float64Array,
  width: number,
  clusters: number,
  random: Random,
): Float64Array {
  const count = rows.length / width;
  const centres = new Float64Array(clusters * width);
  const distances = new Float64Array(count).fill(1);
  for (let cluster = 0; cluster < clusters; cluster++) {
    let left = random.next() * distances.reduce((sum, distance) => sum + distance, 0);
    let row = 0;
    while (row < count - 1 && left >= distances[row]!) left -= distances[row++]!;
    centres.set(rows.subarray(row * width, (row + 1) * width), cluster * width);
    const drawn = centres.subarray(0, (cluster + 1) * width);
    for (let i = 0; i < count; i++) distances[i] = nearest(rows, i, drawn, width).distance;
  }
  return centres;
}

function nearest(rows: Float64Array, row: number, centres: Float64Array, width: number) {
  let cluster = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let c = 0; c * width < centres.length; c++) {
    let distance = 0;
    for (let i = 0; i < width && distance < least; i++) {
      const difference = rows[row * width + i]! - centres[c * width + i]!;
      distance += difference * difference;
    }
    if (distance < least) {
      least = distance;
      cluster = c;
    }
  }
  return { cluster, distance: least };
}

/** To the mean of their rows; a centre without rows stays. */
function moveCentres(
  rows: Float64Array,
  owners: Int32Array,
  centres: Float64Array,
  width: number,
): void {
  const counts = new Float64Array(centres.length / width);
  const sums = new Float64Array(centres.length);
  owners.forEach((cluster, row) => {
    counts[cluster]! += 1;
    for (let i = 0; i < width; i++) sums[cluster * width + i]! += rows[row * width + i]!;
  });
  for (let i = 0; i < centres.length; i++) {
    const count = counts[Math.floor(i / width)]!;
    if (count > 0) centres[i] = sums[i]! / count;
  }
}
