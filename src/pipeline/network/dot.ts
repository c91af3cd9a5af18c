/**
 * The product of `factors` with as many values from `offset` on. Four sums side by side: one alone
 * would wait for each of its additions.
 */
export function dot(factors: Float64Array, values: Float32Array, offset: number): number {
  const whole = factors.length & ~3;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0; i < whole; i += 4) {
    a += factors[i]! * values[offset + i]!;
    b += factors[i + 1]! * values[offset + i + 1]!;
    c += factors[i + 2]! * values[offset + i + 2]!;
    d += factors[i + 3]! * values[offset + i + 3]!;
  }
  for (let i = whole; i < factors.length; i++) a += factors[i]! * values[offset + i]!;
  return a + b + (c + d);
}
