/** Half a minute of readings: most calls of a busy day begin with little room and need no more. */
const FIRST_ROWS = 64;

/**
 * Rows that a table of `rows` has room for once it has grown: by a quarter, so that a long call's
 * table is copied rarely and a short call's is small.
 */
export function grownRows(rows: number, maxRows: number): number {
  return Math.min(maxRows, rows + Math.max(FIRST_ROWS, rows >> 2));
}
