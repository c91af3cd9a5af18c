/**
 * Splits interleaved audio into its channels. A frame cut between two messages waits for its rest, so
 * that what passes on is whole samples: after a lost socket the next one begins with a whole one.
 */
export class Deinterleaver {
  readonly #channels: number;
  readonly #sampleBytes: number;
  readonly #carry: Uint8Array;
  #carriedBytes = 0;

  constructor(channels: number, sampleBytes: number) {
    this.#channels = channels;
    this.#sampleBytes = sampleBytes;
    this.#carry = new Uint8Array(channels * sampleBytes);
  }

  /** One array of whole samples per channel; the same length each, perhaps empty. */
  split(bytes: Uint8Array): Uint8Array[] {
    const frameBytes = this.#channels * this.#sampleBytes;
    const whole = this.#prepend(bytes);
    const frames = Math.floor(whole.length / frameBytes);
    this.#carriedBytes = whole.length - frames * frameBytes;
    this.#carry.set(whole.subarray(frames * frameBytes));
    if (this.#channels === 1) return [whole.subarray(0, frames * frameBytes)];
    return Array.from({ length: this.#channels }, (_, channel) =>
      this.#channel(whole, channel, frames),
    );
  }

  #prepend(bytes: Uint8Array): Uint8Array {
    if (this.#carriedBytes === 0) return bytes;
    const whole = new Uint8Array(this.#carriedBytes + bytes.length);
    whole.set(this.#carry.subarray(0, this.#carriedBytes));
    whole.set(bytes, this.#carriedBytes);
    return whole;
  }

  #channel(interleaved: Uint8Array, channel: number, frames: number): Uint8Array {
    const size = this.#sampleBytes;
    const stride = this.#channels * size;
    const samples = new Uint8Array(frames * size);
    for (let frame = 0; frame < frames; frame += 1) {
      const from = frame * stride + channel * size;
      for (let byte = 0; byte < size; byte += 1) {
        samples[frame * size + byte] = interleaved[from + byte] ?? 0;
      }
    }
    return samples;
  }
}
