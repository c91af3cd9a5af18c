import { kernel, kernelFloats } from '../kernel/kernel.ts';
import { NO_SAMPLES, type Resampler } from './resampler.ts';
import { SpeexResampler } from './speex-resampler.ts';

/** Input samples that an output sample depends on. */
const TAPS = 80;
const HISTORY = TAPS - 1;
/** Samples that go through the kernel at once; it takes sixteen at a time and may read as many more. */
const MOST_AT_ONCE = 1024;

// Scratch memory holds nothing of a leg, so all legs of a process share it, and it stays in the caches.
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
  /** Output samples still to be left out. */
  #skipping = 0;
  #freed = false;

  skipDelay(): void {
    this.#skipping = 2 * delaySamples;
  }

  push(input: Float32Array): Float32Array {
    if (this.#freed) return NO_SAMPLES;
    const doubled =
      input.length <= MOST_AT_ONCE ? this.#double(input) : this.#doubleInBlocks(input);
    if (this.#skipping === 0) return doubled;
    const skipped = Math.min(this.#skipping, doubled.length);
    this.#skipping -= skipped;
    return doubled.subarray(skipped);
  }

  reset(): void {
    this.#history.fill(0);
    this.#skipping = 0;
  }

  free(): void {
    this.#freed = true;
  }

  [Symbol.dispose](): void {
    this.free();
  }

  /** A recording: more than the kernel takes. */
  #doubleInBlocks(input: Float32Array): Float32Array {
    const doubled = new Float32Array(2 * input.length);
    for (let taken = 0; taken < input.length; taken += MOST_AT_ONCE) {
      const block = input.subarray(taken, taken + MOST_AT_ONCE);
      doubled.set(this.#double(block), 2 * taken);
    }
    return doubled;
  }

  #double(block: Float32Array): Float32Array {
    const count = block.length;
    const history = this.#history;
    slow.set(history);
    slowInput.set(block);
    kernel.upsample(count);
    for (let i = 0; i < HISTORY; i++) history[i] = slow[count + i]!;
    return fastView(2 * count);
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
