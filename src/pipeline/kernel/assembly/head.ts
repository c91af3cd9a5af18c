import { FLOAT, VECTOR } from './memory';
import { lanesOf } from './spectrum';

// Products with the rows of a matrix, `rows[count, width]`, whose width is a multiple of four. Where the
// matrix lies is the caller's affair.

/** `sums[count]`: each row's product with `factors[width]`, and its bias. */
export function multiplyRows(
  rows: usize,
  count: i32,
  width: i32,
  factors: usize,
  biases: usize,
  sums: usize,
): void {
  const bytes = <usize>width * FLOAT;
  for (let row: i32 = 0; row < count; row++) {
    let even = f32x4.splat(0);
    let odd = f32x4.splat(0);
    let at: usize = 0;
    for (; at + VECTOR < bytes; at += 2 * VECTOR) {
      even = f32x4.add(even, f32x4.mul(v128.load(rows + at), v128.load(factors + at)));
      odd = f32x4.add(odd, f32x4.mul(v128.load(rows + at, 16), v128.load(factors + at, 16)));
    }
    if (at < bytes) {
      even = f32x4.add(even, f32x4.mul(v128.load(rows + at), v128.load(factors + at)));
    }
    const place = <usize>row * FLOAT;
    store<f32>(sums + place, lanesOf(f32x4.add(even, odd)) + load<f32>(biases + place));
    rows += bytes;
  }
}

/** `sum[width]`: the rows, each times its factor of `factors[count]`. Rows times zero cost nothing. */
export function addRows(rows: usize, count: i32, width: i32, factors: usize, sum: usize): void {
  const bytes = <usize>width * FLOAT;
  memory.fill(sum, 0, bytes);
  for (let row: i32 = 0; row < count; row++) {
    const factor = load<f32>(factors + <usize>row * FLOAT);
    if (factor !== 0) {
      const scale = f32x4.splat(factor);
      for (let at: usize = 0; at < bytes; at += VECTOR) {
        const added = f32x4.mul(scale, v128.load(rows + at));
        v128.store(sum + at, f32x4.add(v128.load(sum + at), added));
      }
    }
    rows += bytes;
  }
}
