/**
 * Fourier transform of a real signal of fixed length, by one complex FFT of half the length
 * (radix-2, decimation in time, first two stages merged). All memory is allocated once.
 */
export class RealFft {
  readonly size: number;
  /** `[size/2 + 1]`, real part of each bin after `transform`. */
  readonly real: Float64Array;
  /** `[size/2 + 1]`, imaginary part. */
  readonly imaginary: Float64Array;
  readonly #half: number;
  readonly #re: Float64Array;
  readonly #im: Float64Array;
  readonly #reversed: Uint16Array;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;

  /** `size` is a power of two, at least 8. */
  constructor(size: number) {
    this.size = size;
    this.#half = size / 2;
    this.real = new Float64Array(this.#half + 1);
    this.imaginary = new Float64Array(this.#half + 1);
    this.#re = new Float64Array(this.#half);
    this.#im = new Float64Array(this.#half);
    this.#reversed = bitReversal(this.#half);
    this.#cos = new Float64Array(this.#half);
    this.#sin = new Float64Array(this.#half);
    for (let k = 0; k < this.#half; k++) {
      this.#cos[k] = Math.cos((2 * Math.PI * k) / size);
      this.#sin[k] = Math.sin((2 * Math.PI * k) / size);
    }
  }

  /** Takes `signal[size]`; leaves the spectrum in `real` and `imaginary`. */
  transform(signal: Float64Array): void {
    const half = this.#half;
    const re = this.#re;
    const im = this.#im;
    for (let i = 0; i < half; i++) {
      const j = this.#reversed[i]!;
      re[i] = signal[2 * j]!;
      im[i] = signal[2 * j + 1]!;
    }
    this.#firstTwoStages();
    for (let length = 8; length <= half; length *= 2) this.#stage(length);
    this.#unpack();
  }

  #firstTwoStages(): void {
    const re = this.#re;
    const im = this.#im;
    for (let i = 0; i < this.#half; i += 4) {
      const sumRe = re[i]! + re[i + 1]!;
      const sumIm = im[i]! + im[i + 1]!;
      const differenceRe = re[i]! - re[i + 1]!;
      const differenceIm = im[i]! - im[i + 1]!;
      const nextSumRe = re[i + 2]! + re[i + 3]!;
      const nextSumIm = im[i + 2]! + im[i + 3]!;
      const nextDifferenceRe = re[i + 2]! - re[i + 3]!;
      const nextDifferenceIm = im[i + 2]! - im[i + 3]!;
      re[i] = sumRe + nextSumRe;
      im[i] = sumIm + nextSumIm;
      re[i + 1] = differenceRe + nextDifferenceIm;
      im[i + 1] = differenceIm - nextDifferenceRe;
      re[i + 2] = sumRe - nextSumRe;
      im[i + 2] = sumIm - nextSumIm;
      re[i + 3] = differenceRe - nextDifferenceIm;
      im[i + 3] = differenceIm + nextDifferenceRe;
    }
  }

  #stage(length: number): void {
    const re = this.#re;
    const im = this.#im;
    const middle = length / 2;
    const stride = this.size / length;
    for (let k = 0; k < middle; k++) {
      const cos = this.#cos[k * stride]!;
      const sin = this.#sin[k * stride]!;
      for (let a = k; a < this.#half; a += length) {
        const b = a + middle;
        const turnedRe = re[b]! * cos + im[b]! * sin;
        const turnedIm = im[b]! * cos - re[b]! * sin;
        re[b] = re[a]! - turnedRe;
        im[b] = im[a]! - turnedIm;
        re[a] = re[a]! + turnedRe;
        im[a] = im[a]! + turnedIm;
      }
    }
  }

  /** Separates the spectra of the even and the odd samples and joins them (two real FFTs in one). */
  #unpack(): void {
    const half = this.#half;
    const re = this.#re;
    const im = this.#im;
    this.real[0] = re[0]! + im[0]!;
    this.real[half] = re[0]! - im[0]!;
    for (let k = 1; k < half; k++) {
      const mirror = half - k;
      const evenRe = (re[k]! + re[mirror]!) / 2;
      const evenIm = (im[k]! - im[mirror]!) / 2;
      const oddRe = (im[k]! + im[mirror]!) / 2;
      const oddIm = (re[mirror]! - re[k]!) / 2;
      this.real[k] = evenRe + oddRe * this.#cos[k]! + oddIm * this.#sin[k]!;
      this.imaginary[k] = evenIm + oddIm * this.#cos[k]! - oddRe * this.#sin[k]!;
    }
  }
}

function bitReversal(length: number): Uint16Array {
  const bits = Math.log2(length);
  return Uint16Array.from({ length }, (_, i) => {
    let reversed = 0;
    for (let bit = 0; bit < bits; bit++) reversed |= ((i >> bit) & 1) << (bits - 1 - bit);
    return reversed;
  });
}
