/** Makes columns comparable: each loses its mean and is divided by its deviation. */
export interface Standardisation {
  /** `[width]` */
  readonly means: Float64Array;
  /** `[width]`, `1 / deviation`; 0 for a column that never changes, which so carries nothing. */
  readonly scales: Float64Array;
}

/** Below this a deviation is rounding, not variation. */
const SMALLEST_DEVIATION = 1e-9;

/** Over all rows of all `arrays`, each `[rows, width]`. */
export function fitStandardisation(
  arrays: readonly Float64Array[],
  width: number,
): Standardisation {
  const rows = arrays.reduce((sum, array) => sum + array.length / width, 0);
  const means = columnSums(arrays, width, (value) => value).map((sum) => sum / rows);
  const squares = columnSums(arrays, width, (value, column) => (value - means[column]!) ** 2);
  const scales = squares.map((sum) => {
    const deviation = Math.sqrt(sum / rows);
    return deviation > SMALLEST_DEVIATION ? 1 / deviation : 0;
  });
  return { means, scales };
}

/** `[rows, width]` in, the same shape out. */
export function standardised(array: Float64Array, by: Standardisation): Float64Array {
  const width = by.means.length;
  return array.map((value, i) => (value - by.means[i % width]!) * by.scales[i % width]!);
}

function columnSums(
  arrays: readonly Float64Array[],
  width: number,
  term: (value: number, column: number) => number,
): Float64Array {
  const sums = new Float64Array(width);
  for (const array of arrays) {
    for (let i = 0; i < array.length; i++) sums[i % width]! += term(array[i]!, i % width);
  }
  return sums;
}
