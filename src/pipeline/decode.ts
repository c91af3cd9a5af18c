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

// Scratch memory holds nothing of a leg, so all legs of a process share it, and it stays in the caches.
const scratch = new Float32Array(8192);
/** What the newest call gave; most give as much as the one before, so that it is seldom made anew. */
let newest = scratch;

/**
 * Turns one leg's bytes into samples in −1..1. A 16-bit sample split between two chunks is put
 * back together: the odd byte waits here.
 */
export class Decoder {
  readonly #encoding: Encoding;
  #oddByte = -1;

  constructor(encoding: Encoding) {
    this.#encoding = encoding;
  }

  /** Returns a view that the next call, of any decoder, overwrites. */
  decode(bytes: Uint8Array): Float32Array {
    if (bytes.length >= scratch.length) {
      const samples = new Float32Array(bytes.length + 1);
      return samples.subarray(0, this.#decodeInto(bytes, samples));
    }
    const count = this.#decodeInto(bytes, scratch);
    if (newest.length !== count) newest = scratch.subarray(0, count);
    return newest;
  }

  reset(): void {
    this.#oddByte = -1;
  }

  #decodeInto(bytes: Uint8Array, samples: Float32Array): number {
    if (this.#encoding === 'pcm_s16le') return this.#decodePcm(bytes, samples);
    const table = this.#encoding === 'mulaw' ? MULAW_TABLE : ALAW_TABLE;
    for (let i = 0; i < bytes.length; i++) samples[i] = table[bytes[i]!]!;
    return bytes.length;
  }

  #decodePcm(bytes: Uint8Array, samples: Float32Array): number {
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
