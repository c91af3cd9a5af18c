import { FLOAT, VECTOR } from './memory';

// Stockham's transform in passes of radix four, decimating in frequency (C. Van Loan, Computational
// Frameworks for the Fast Fourier Transform, 1992, §1.7): every pass reads one half of the memory and
// writes the other, in an order that leaves the result sorted. Real and imaginary parts lie apart.

/**
 * Transforms the `size` complex numbers at `from`, with room for as many at `to`: real parts, then
 * imaginary parts. `size` is 256 or 512. Returns where the result lies.
 */
export function transform(size: i32, from: usize, to: usize, twiddles: usize): usize {
  const imaginary = <usize>size * FLOAT;
  firstPass(from, to, imaginary, twiddles);
  twiddles += imaginary + (imaginary >> 1);
  let length = size >> 2;
  let stride = 4;
  while (length >= 4) {
    const last = from;
    from = to;
    to = last;
    pass(stride, from, to, imaginary, twiddles);
    twiddles += <usize>(6 * (length >> 2)) * FLOAT;
    length >>= 2;
    stride <<= 2;
  }
  if (length === 1) return to;
  lastPass(stride, to, from, imaginary);
  return from;
}

/** Stride 1: four butterflies side by side, whose results are turned so that they lie in order. */
function firstPass(from: usize, to: usize, imaginary: usize, twiddles: usize): void {
  const quarter = imaginary >> 2;
  for (let p: usize = 0; p < quarter; p += VECTOR) {
    const a = from + p;
    const b = a + quarter;
    const c = b + quarter;
    const d = c + quarter;
    const sumAcRe = f32x4.add(v128.load(a), v128.load(c));
    const sumAcIm = f32x4.add(v128.load(a + imaginary), v128.load(c + imaginary));
    const lessAcRe = f32x4.sub(v128.load(a), v128.load(c));
    const lessAcIm = f32x4.sub(v128.load(a + imaginary), v128.load(c + imaginary));
    const sumBdRe = f32x4.add(v128.load(b), v128.load(d));
    const sumBdIm = f32x4.add(v128.load(b + imaginary), v128.load(d + imaginary));
    const lessBdRe = f32x4.sub(v128.load(b), v128.load(d));
    const lessBdIm = f32x4.sub(v128.load(b + imaginary), v128.load(d + imaginary));

    const w = twiddles + p;
    const w1Re = v128.load(w);
    const w1Im = v128.load(w + quarter);
    const w2Re = v128.load(w + 2 * quarter);
    const w2Im = v128.load(w + 3 * quarter);
    const w3Re = v128.load(w + 4 * quarter);
    const w3Im = v128.load(w + 5 * quarter);

    const y1Re = f32x4.add(lessAcRe, lessBdIm);
    const y1Im = f32x4.sub(lessAcIm, lessBdRe);
    const y2Re = f32x4.sub(sumAcRe, sumBdRe);
    const y2Im = f32x4.sub(sumAcIm, sumBdIm);
    const y3Re = f32x4.sub(lessAcRe, lessBdIm);
    const y3Im = f32x4.add(lessAcIm, lessBdRe);
    const out = to + 4 * p;
    storeTurned(
      out,
      f32x4.add(sumAcRe, sumBdRe),
      f32x4.sub(f32x4.mul(y1Re, w1Re), f32x4.mul(y1Im, w1Im)),
      f32x4.sub(f32x4.mul(y2Re, w2Re), f32x4.mul(y2Im, w2Im)),
      f32x4.sub(f32x4.mul(y3Re, w3Re), f32x4.mul(y3Im, w3Im)),
    );
    storeTurned(
      out + imaginary,
      f32x4.add(sumAcIm, sumBdIm),
      f32x4.add(f32x4.mul(y1Re, w1Im), f32x4.mul(y1Im, w1Re)),
      f32x4.add(f32x4.mul(y2Re, w2Im), f32x4.mul(y2Im, w2Re)),
      f32x4.add(f32x4.mul(y3Re, w3Im), f32x4.mul(y3Im, w3Re)),
    );
  }
}

/** Stores the four vectors' first lanes, then their second ones, and so on. */
function storeTurned(to: usize, y0: v128, y1: v128, y2: v128, y3: v128): void {
  const low01 = v128.shuffle<f32>(y0, y1, 0, 4, 1, 5);
  const low23 = v128.shuffle<f32>(y2, y3, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(y0, y1, 2, 6, 3, 7);
  const high23 = v128.shuffle<f32>(y2, y3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  v128.store(to + VECTOR, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
  v128.store(to + 2 * VECTOR, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
  v128.store(to + 3 * VECTOR, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
}

/** One pass at a stride of four or more: each butterfly's factors hold for `stride` of them in a row. */
function pass(stride: i32, from: usize, to: usize, imaginary: usize, twiddles: usize): void {
  const row = <usize>stride * FLOAT;
  const quarter = imaginary >> 2;
  const end = from + quarter;
  for (let start = from; start < end; start += row) {
    const w1Re = v128.load_splat<f32>(twiddles);
    const w1Im = v128.load_splat<f32>(twiddles, 4);
    const w2Re = v128.load_splat<f32>(twiddles, 8);
    const w2Im = v128.load_splat<f32>(twiddles, 12);
    const w3Re = v128.load_splat<f32>(twiddles, 16);
    const w3Im = v128.load_splat<f32>(twiddles, 20);
    twiddles += 6 * FLOAT;
    let out = to;
    for (let a = start; a < start + row; a += VECTOR) {
      const b = a + quarter;
      const c = b + quarter;
      const d = c + quarter;
      const sumAcRe = f32x4.add(v128.load(a), v128.load(c));
      const sumAcIm = f32x4.add(v128.load(a + imaginary), v128.load(c + imaginary));
      const lessAcRe = f32x4.sub(v128.load(a), v128.load(c));
      const lessAcIm = f32x4.sub(v128.load(a + imaginary), v128.load(c + imaginary));
      const sumBdRe = f32x4.add(v128.load(b), v128.load(d));
      const sumBdIm = f32x4.add(v128.load(b + imaginary), v128.load(d + imaginary));
      const lessBdRe = f32x4.sub(v128.load(b), v128.load(d));
      const lessBdIm = f32x4.sub(v128.load(b + imaginary), v128.load(d + imaginary));
      store(out, imaginary, f32x4.add(sumAcRe, sumBdRe), f32x4.add(sumAcIm, sumBdIm));
      const y1Re = f32x4.add(lessAcRe, lessBdIm);
      const y1Im = f32x4.sub(lessAcIm, lessBdRe);
      storeTurnedBy(out + row, imaginary, y1Re, y1Im, w1Re, w1Im);
      const y2Re = f32x4.sub(sumAcRe, sumBdRe);
      const y2Im = f32x4.sub(sumAcIm, sumBdIm);
      storeTurnedBy(out + 2 * row, imaginary, y2Re, y2Im, w2Re, w2Im);
      const y3Re = f32x4.sub(lessAcRe, lessBdIm);
      const y3Im = f32x4.add(lessAcIm, lessBdRe);
      storeTurnedBy(out + 3 * row, imaginary, y3Re, y3Im, w3Re, w3Im);
      out += VECTOR;
    }
    to += 4 * row;
  }
}

function store(to: usize, imaginary: usize, re: v128, im: v128): void {
  v128.store(to, re);
  v128.store(to + imaginary, im);
}

/** Stores the product of two complex numbers. */
function storeTurnedBy(
  to: usize,
  imaginary: usize,
  re: v128,
  im: v128,
  wRe: v128,
  wIm: v128,
): void {
  v128.store(to, f32x4.sub(f32x4.mul(re, wRe), f32x4.mul(im, wIm)));
  v128.store(to + imaginary, f32x4.add(f32x4.mul(re, wIm), f32x4.mul(im, wRe)));
}

/** What an odd power of two leaves over: radix two, whose only factor is 1. */
function lastPass(stride: i32, from: usize, to: usize, imaginary: usize): void {
  const row = <usize>stride * FLOAT;
  for (let at: usize = 0; at < row; at += VECTOR) {
    const a = from + at;
    const b = a + row;
    const out = to + at;
    v128.store(out, f32x4.add(v128.load(a), v128.load(b)));
    v128.store(out + row, f32x4.sub(v128.load(a), v128.load(b)));
    const aIm = v128.load(a + imaginary);
    const bIm = v128.load(b + imaginary);
    v128.store(out + imaginary, f32x4.add(aIm, bIm));
    v128.store(out + imaginary + row, f32x4.sub(aIm, bIm));
  }
}
