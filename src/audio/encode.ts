import alawmulaw from 'alawmulaw';
import { encodeSample as encodeMulawSample } from 'mulaw-js';
import type { Encoding } from '../protocol/messages.ts';

const FULL_SCALE = 32768;

/** One code for each of the 65,536 sample values, so that encoding a call is a look-up. */
const MULAW_TABLE = companderTable(encodeMulawSample);
const ALAW_TABLE = companderTable((sample) => alawmulaw.alaw.encodeSample(sample));

/** Indexed by the sample's 16 bits read as an unsigned number. */
function companderTable(encodeSample: (sample: number) => number): Uint8Array {
  return Uint8Array.from({ length: 65536 }, (_, bits) => encodeSample((bits << 16) >> 16));
}

/**
 * Samples in −1..1 to a source's bytes; what lies outside is clipped, as a telephone does.
 * 16-bit PCM is little-endian; mu-law and A-law are ITU-T G.711.
 */
export function encodeAudio(samples: Float32Array, encoding: Encoding): Uint8Array {
  if (encoding === 'pcm_s16le') return encodePcm(samples);
  const table = encoding === 'mulaw' ? MULAW_TABLE : ALAW_TABLE;
  const bytes = new Uint8Array(samples.length);
  for (let i = 0; i < samples.length; i++) bytes[i] = table[toInt16(samples[i]!) & 0xffff]!;
  return bytes;
}

function encodePcm(samples: Float32Array): Uint8Array {
  const bytes = new Uint8Array(samples.length * 2);
  for (let i = 0; i < samples.length; i++) {
    const sample = toInt16(samples[i]!);
    bytes[2 * i] = sample;
    bytes[2 * i + 1] = sample >> 8;
  }
  return bytes;
}

function toInt16(sample: number): number {
  return Math.max(-FULL_SCALE, Math.min(FULL_SCALE - 1, Math.round(sample * FULL_SCALE)));
}
