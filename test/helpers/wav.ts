import { encodeAudio } from '../../src/audio/encode.ts';

/** A mono 16-bit WAV with the smallest header there is (RIFF, 44 bytes), which promises `promisedBytes` of audio. */
export function wav(
  samples: Float32Array,
  sampleRateHz: number,
  promisedBytes = samples.length * 2,
): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples.length * 2, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRateHz, 24);
  header.writeUInt32LE(sampleRateHz * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(promisedBytes, 40);
  return Buffer.concat([header, encodeAudio(samples, 'pcm_s16le')]);
}
