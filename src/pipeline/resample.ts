/** Stop-band attenuation in dB; mu-law's own noise lies near −38 dB, so this is out of hearing. */
const ATTENUATION_DB = 70;
/** Length of the filter in periods of the slower of the two rates. */
const TAPS_PER_PERIOD = 32;
/** Downsampling puts the pass band's edge below the new Nyquist frequency, so that little folds back. */
const DOWNSAMPLING_ROLLOFF = 0.94;

interface PolyphaseFilter {
  readonly up: number;
  readonly down: number;
  readonly tapCount: number;
  /** `up` phases of `tapCount` taps, each time-reversed to run forward over the history. */
  readonly taps: Float32Array;
  /** A phase that is a pure delay: the index of its only tap, or −1. Half-band filters have one. */
  readonly unitTap: Int32Array;
}

const filters = new Map<string, PolyphaseFilter>();

/**
 * Streaming conversion between two sample rates: a polyphase Kaiser-windowed sinc (Crochiere and
 * Rabiner, Multirate Digital Signal Processing, 1983, ch. 2–4). Every output sample depends on the
 * input alone, never on how it was cut into chunks. Delays by 16 samples of the slower rate.
 */
export class Resampler {
  readonly #filter: PolyphaseFilter;
  readonly #passThrough: boolean;
  #history: Float32Array;
  #historyLength: number;
  /** Where the next output lies, in units of 1/up input samples after the history's first full window. */
  #phase = 0;
  #output = new Float32Array(1024);

  constructor(fromHz: number, toHz: number) {
    this.#passThrough = fromHz === toHz;
    this.#filter = polyphaseFilter(fromHz, toHz);
    this.#historyLength = this.#filter.tapCount - 1;
    this.#history = new Float32Array(this.#historyLength + 1024);
  }

  /** Samples in, samples out: a view that the next call overwrites. */
  push(input: Float32Array): Float32Array {
    if (this.#passThrough) return input;
    const { up, down, tapCount } = this.#filter;
    this.#append(input);
    const windows = this.#historyLength - tapCount + 1;
    const outputs = Math.max(0, Math.ceil((windows * up - this.#phase) / down));
    if (this.#output.length < outputs) this.#output = new Float32Array(outputs * 2);
    this.#phase = this.#convolve(outputs) - windows * up;
    this.#history.copyWithin(0, windows, this.#historyLength);
    this.#historyLength = tapCount - 1;
    return this.#output.subarray(0, outputs);
  }

  /** The filter's tail: what the last samples still have to say. A view, as from `push`. */
  flush(): Float32Array {
    if (this.#passThrough) return this.#output.subarray(0, 0);
    return this.push(new Float32Array(this.#filter.tapCount >> 1));
  }

  reset(): void {
    this.#history.fill(0);
    this.#historyLength = this.#filter.tapCount - 1;
    this.#phase = 0;
  }

  #append(input: Float32Array): void {
    const needed = this.#historyLength + input.length;
    if (this.#history.length < needed) {
      const grown = new Float32Array(needed * 2);
      grown.set(this.#history.subarray(0, this.#historyLength));
      this.#history = grown;
    }
    this.#history.set(input, this.#historyLength);
    this.#historyLength = needed;
  }

  #convolve(outputs: number): number {
    const { up, down, tapCount, taps, unitTap } = this.#filter;
    const history = this.#history;
    const output = this.#output;
    let position = this.#phase;
    for (let n = 0; n < outputs; n++) {
      const phase = position % up;
      const first = (position - phase) / up;
      const unit = unitTap[phase]!;
      output[n] =
        unit >= 0
          ? history[first + unit]!
          : dotProduct(taps, phase * tapCount, history, first, tapCount);
      position += down;
    }
    return position;
  }
}

/** Two sums side by side let the processor overlap the multiplications; `count` is even. */
function dotProduct(
  a: Float32Array,
  aStart: number,
  b: Float32Array,
  bStart: number,
  count: number,
): number {
  let even = 0;
  let odd = 0;
  for (let i = 0; i < count; i += 2) {
    even += a[aStart + i]! * b[bStart + i]!;
    odd += a[aStart + i + 1]! * b[bStart + i + 1]!;
  }
  return even + odd;
}

/** Designed once per pair of rates and shared: it is never written again. */
function polyphaseFilter(fromHz: number, toHz: number): PolyphaseFilter {
  const key = `${fromHz}/${toHz}`;
  let filter = filters.get(key);
  if (filter === undefined) {
    filter = designFilter(fromHz, toHz);
    filters.set(key, filter);
  }
  return filter;
}

function designFilter(fromHz: number, toHz: number): PolyphaseFilter {
  const divisor = greatestCommonDivisor(fromHz, toHz);
  const up = toHz / divisor;
  const down = fromHz / divisor;
  const slowdown = Math.max(1, fromHz / toHz);
  const tapCount = 2 * Math.ceil((TAPS_PER_PERIOD * slowdown) / 2);
  const cutoff = slowdown > 1 ? DOWNSAMPLING_ROLLOFF / slowdown : 1;
  const taps = new Float32Array(up * tapCount);
  const unitTap = new Int32Array(up).fill(-1);
  for (let phase = 0; phase < up; phase++) {
    const row = taps.subarray(phase * tapCount, (phase + 1) * tapCount);
    fillPhase(row, phase / up, cutoff);
    unitTap[phase] = row.indexOf(1);
  }
  return { up, down, tapCount, taps, unitTap };
}

/** One phase's taps, scaled to unit gain at 0 Hz. `offset` is the phase in input samples, 0..1. */
function fillPhase(row: Float32Array, offset: number, cutoff: number): void {
  const half = row.length / 2;
  const beta = 0.1102 * (ATTENUATION_DB - 8.7); // Kaiser 1974
  let sum = 0;
  for (let i = 0; i < row.length; i++) {
    const distance = i - (half - 1) - offset;
    const windowed = sinc(cutoff * distance) * kaiser(distance / half, beta);
    row[i] = windowed;
    sum += windowed;
  }
  for (let i = 0; i < row.length; i++) {
    const tap = row[i]! / sum;
    row[i] = Math.abs(tap) < 1e-12 ? 0 : Math.abs(tap - 1) < 1e-12 ? 1 : tap;
  }
}

function sinc(x: number): number {
  return Math.abs(x) < 1e-12 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function kaiser(x: number, beta: number): number {
  return Math.abs(x) >= 1 ? 0 : besselI0(beta * Math.sqrt(1 - x * x)) / besselI0(beta);
}

/** Modified Bessel function of the first kind, order 0, by its power series. */
function besselI0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > 1e-12 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
