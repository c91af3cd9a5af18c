import type { Encoding } from '../protocol/app-protocol.ts';
import { TonewireError } from '../protocol/errors.ts';

/** What `send` takes: samples as whole numbers, samples in −1..1, or bytes in the encoding of the call. */
export type Audio = Int16Array | Float32Array | Uint8Array;

export const SAMPLE_BYTES: Readonly<Record<Encoding, number>> = {
  pcm_s16le: 2,
  mulaw: 1,
  alaw: 1,
};

const FULL_SCALE = 32_767;

/** The bytes that go onto the wire. Throws TW_UNSUPPORTED_AUDIO for samples in a call of bytes. */
export function wireBytes(audio: Audio, encoding: Encoding): Uint8Array {
  if (audio instanceof Uint8Array) return audio;
  if (encoding !== 'pcm_s16le') {
    throw new TonewireError(
      'TW_UNSUPPORTED_AUDIO',
      `A call in ${encoding} takes its bytes, a Uint8Array; samples are for pcm_s16le.`,
    );
  }
  const samples = audio instanceof Int16Array ? audio : Int16Array.from(audio, toInt16);
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
}

function toInt16(sample: number): number {
  return Math.round(Math.max(-1, Math.min(1, sample)) * FULL_SCALE);
}
