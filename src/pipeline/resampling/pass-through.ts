import { NO_SAMPLES, type Resampler } from './resampler.ts';

/** Audio that has the right rate already. */
export class PassThrough implements Resampler {
  readonly delaySamples = 0;
  #freed = false;

  skipDelay(): void {}

  push(input: Float32Array): Float32Array {
    return this.#freed ? NO_SAMPLES : input;
  }

  reset(): void {}

  free(): void {
    this.#freed = true;
  }

  [Symbol.dispose](): void {
    this.free();
  }
}
