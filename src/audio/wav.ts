const HEADER_BYTES = 44;
const PCM = 1;

/** 16-bit PCM, channels interleaved, as a WAV file: RIFF with the smallest header there is. */
export function wavFile(pcm: Uint8Array, channels: number, sampleRateHz: number): Buffer {
  const file = Buffer.alloc(HEADER_BYTES + pcm.length);
  const frameBytes = channels * 2;
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(PCM, 20);
  file.writeUInt16LE(channels, 22);
  file.writeUInt32LE(sampleRateHz, 24);
  file.writeUInt32LE(sampleRateHz * frameBytes, 28);
  file.writeUInt16LE(frameBytes, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(pcm.length, 40);
  file.set(pcm, HEADER_BYTES);
  return file;
}
