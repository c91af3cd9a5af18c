import { kernel, kernelFloats } from '../kernel/kernel.ts';
import { NO_SAMPLES, type Resampler } from './resampler.ts';
import { SpeexResampler } from './speex-resampler.ts';

/** Input samples that an output sample depends on. */
const TAPS = 80;
const HISTORY = TAPS - 1;
/** Samples that go through the kernel at once; it takes sixteen at a time and may read as many more. */
const MOST_AT_ONCE = 1024;

const slow = kernelFloats('slow', HISTORY + MOST_AT_ONCE);
const slowInput = slow.subarray(HISTORY);
const fast = kernelFloats('fast', 2 * MOST_AT_ONCE);
/** Most pushes of all legs give as much as the one before, so that it is seldom made anew. */
let newestFast = fast;
const { delaySamples } = readFilter();

/**
 * Telephone audio at twice its rate: Speex's own filter, whose taps are its answer to one impulse,
 * applied by the kernel in less than half the time. What it must remember is the newest 79 samples.
 */
export class Doubler implements Resampler {
  readonly delaySamples = delaySamples;
  readonly #history = new Float32Array(HISTORY);
  #output = NO_SAMPLES;
  /** What the newest push gave. */
  #view = NO_SAMPLES;
  /** Output samples still to be left out. */
  #skipping = 0;
  #freed = false;

  skipDelay(): void {
    this.#skipping = 2 * delaySamples;
  }

  push(input: Float32Array): Float32Array {
    if (this.#freed) return NO_SAMPLES;
    if (this.#output.length < 2 * input.length) this.#output = new Float32Array(2 * input.length);
    for (let taken = 0; taken < input.length; taken += MOST_AT_ONCE) this.#double(input, taken);
    const skipped = Math.min(this.#skipping, 2 * input.length);
    this.#skipping -= skipped;
    const filled = 2 * input.length - skipped;
    const view = this.#view;
    const same = view.length === filled && view.buffer === this.#output.buffer;
    if (same && skipped === 0) return view;
    this.#view = this.#output.subarray(skipped, skipped + filled);
    return this.#view;
  }

  reset(): void {
    this.#history.fill(0);
    this.#skipping = 0;
  }

  free(): void {
    this.#freed = true;
    this.#output = NO_SAMPLES;
    this.#view = NO_SAMPLES;
  }

  [Symbol.dispose](): void {
    this.free();
  }

  /** The samples from `taken` on, as many as the kernel takes. */
  #double(input: Float32Array, taken: number): void {
    const whole = input.length <= MOST_AT_ONCE;
    const block = whole ? input : input.subarray(taken, taken + MOST_AT_ONCE);
    const count = block.length;
    const history = this.#history;
    slow.set(history);
    slowInput.set(block);
    kernel.upsample(count);
    this.#output.set(fastView(2 * count), 2 * taken);
    for (let i = 0; i < HISTORY; i++) history[i] = slow[count + i]!;
  }
}

function fastView(length: number): Float32Array {
  if (newestFast.length !== length) newestFast = fast.subarray(0, length);
  return newestFast;
}

/** Asks Speex: what it makes of an impulse are the taps, of the even and the odd output samples in turn. */
function readFilter(): { readonly delaySamples: number } {
  using speex = new SpeexResampler(1, 2);
  const impulse = new Float32Array(TAPS);
  impulse[0] = 1;
  kernelFloats('taps', 2 * TAPS).set(speex.push(impulse));
  return { delaySamples: speex.delaySamples };
}
