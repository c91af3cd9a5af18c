import createPffft from '@echogarden/pffft-wasm/simd';

const BYTES_PER_FLOAT = 4;
const REAL_TRANSFORM = 0;
const FORWARD = 0;

const pffft = await createPffft();

/**
 * Fourier transform of a real signal of fixed length: PFFFT (J. Pommier) in WebAssembly with SIMD,
 * in single precision. It measured six to eight times as fast as `fft.js` in double precision. The signal is
 * written where the transform reads it. All memory is allocated once.
 */
export class RealFft {
  readonly size: number;
  readonly #setup: number;
  readonly #input: number;
  readonly #output: number;
  readonly #work: number;
  /** `[size]`: what to transform. */
  readonly signal: Float32Array;
  /**
   * `[size]`: real part of bin 0, real part of bin size/2, then real and imaginary part of bin k at
   * 2k and 2k + 1.
   */
  readonly spectrum: Float32Array;

  /** `size` is a power of two, at least 32. */
  constructor(size: number) {
    this.size = size;
    this.#setup = pffft._pffft_new_setup(size, REAL_TRANSFORM);
    const allocate = () => pffft._pffft_aligned_malloc(size * BYTES_PER_FLOAT);
    this.#input = allocate();
    this.#output = allocate();
    this.#work = allocate();
    const view = (address: number) => new Float32Array(pffft.HEAPF32.buffer, address, size).fill(0);
    this.signal = view(this.#input);
    this.spectrum = view(this.#output);
  }

  /** Leaves the spectrum of `signal` in `spectrum`. */
  transform(): void {
    pffft._pffft_transform_ordered(this.#setup, this.#input, this.#output, this.#work, FORWARD);
  }
}
