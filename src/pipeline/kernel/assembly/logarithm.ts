/**
 * Natural logarithms of four positive numbers, none of them subnormal: the polynomial of S. Moshier's
 * Cephes library (`logf.c`), to about one unit in the last place.
 */
export function logarithm(x: v128): v128 {
  const bits = i32x4.shr_u(x, 23);
  let exponent = f32x4.convert_i32x4_s(i32x4.sub(bits, i32x4.splat(126)));
  let m = v128.or(v128.and(x, i32x4.splat(0x007fffff)), i32x4.splat(0x3f000000));
  // Into √½ … √2, where the polynomial holds.
  const small = f32x4.lt(m, f32x4.splat(<f32>Math.SQRT1_2));
  exponent = f32x4.sub(exponent, v128.and(small, f32x4.splat(1)));
  m = f32x4.add(f32x4.sub(m, f32x4.splat(1)), v128.and(small, m));
  const square = f32x4.mul(m, m);
  let y = f32x4.splat(7.0376836292e-2);
  y = next(y, m, -1.151461031e-1);
  y = next(y, m, 1.167699874e-1);
  y = next(y, m, -1.2420140846e-1);
  y = next(y, m, 1.4249322787e-1);
  y = next(y, m, -1.6668057665e-1);
  y = next(y, m, 2.0000714765e-1);
  y = next(y, m, -2.4999993993e-1);
  y = next(y, m, 3.3333331174e-1);
  y = f32x4.mul(f32x4.mul(y, m), square);
  y = f32x4.add(y, f32x4.mul(exponent, f32x4.splat(-2.1219444e-4)));
  y = f32x4.sub(y, f32x4.mul(square, f32x4.splat(0.5)));
  return f32x4.add(f32x4.add(m, y), f32x4.mul(exponent, f32x4.splat(0.693359375)));
}

function next(y: v128, x: v128, coefficient: f32): v128 {
  return f32x4.add(f32x4.mul(y, x), f32x4.splat(coefficient));
}
