import alawmulaw from 'alawmulaw';
import { decodeSample as decodeMulawSample } from 'mulaw-js';
import type { Encoding } from '../protocol/messages.ts';

/** 16-bit full scale, so that samples come out in −1..1. */
const FULL_SCALE = 32768;

/** ITU-T G.711: each of the 256 codes stands for one sample value, so both laws are one look-up. */
const MULAW_TABLE = companderTable(decodeMulawSample);
const ALAW_TABLE = companderTable((code) => alawmulaw.alaw.decodeSample(code));

function companderTable(decodeSample: (code: number) => number): Float32Array {
  return Float32Array.from({ length: 256 }, (_, code) => decodeSample(code) / FULL_SCALE);
}

export const BYTES_PER_SAMPLE: Readonly<Record<Encoding, number>> = {
  pcm_s16le: 2,
  mulaw: 1,
  alaw: 1,
};

/**
 * Turns one leg's bytes into samples in −1..1. A 16-bit sample split between two chunks is put
 * back together: the odd byte waits here.
 */
export class Decoder {
  readonly #encoding: Encoding;
  #oddByte = -1;
  /** As long as the longest chunk so far needed. */
  #samples = new Float32Array(0);
  /** The newest chunk's part of it; most chunks are of one length, so that it is seldom made anew. */
  #view = this.#samples;

  constructor(encoding: Encoding) {
    this.#encoding = encoding;
  }

  /** Returns a view that the next call overwrites. */
  decode(bytes: Uint8Array): Float32Array {
    const capacity = bytes.length + 1;
    if (this.#samples.length < capacity) this.#samples = new Float32Array(capacity);
    const count = this.#decodeInto(bytes);
    const view = this.#view;
    if (view.length === count && view.buffer === this.#samples.buffer) return view;
    this.#view = this.#samples.subarray(0, count);
    return this.#view;
  }

  reset(): void {
    this.#oddByte = -1;
  }

  #decodeInto(bytes: Uint8Array): number {
    if (this.#encoding === 'pcm_s16le') return this.#decodePcm(bytes);
    const table = this.#encoding === 'mulaw' ? MULAW_TABLE : ALAW_TABLE;
    const samples = this.#samples;
    for (let i = 0; i < bytes.length; i++) samples[i] = table[bytes[i]!]!;
    return bytes.length;
  }

  #decodePcm(bytes: Uint8Array): number {
    const samples = this.#samples;
    let count = 0;
    let i = 0;
    if (this.#oddByte >= 0 && bytes.length > 0) {
      samples[count++] = signed16(this.#oddByte, bytes[i++]!) / FULL_SCALE;
      this.#oddByte = -1;
    }
    for (; i + 1 < bytes.length; i += 2) {
      samples[count++] = signed16(bytes[i]!, bytes[i + 1]!) / FULL_SCALE;
    }
    if (i < bytes.length) this.#oddByte = bytes[i]!;
    return count;
  }
}

function signed16(low: number, high: number): number {
  return ((high << 24) >> 16) | low;
}
