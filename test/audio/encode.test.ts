import assert from 'node:assert/strict';
import { encodeAudio } from '../../src/audio/encode.ts';
import { Decoder } from '../../src/pipeline/decode.ts';

describe('encodeAudio', () => {
  it('writes the mu-law codes of ITU-T G.711 for silence and full scale', () => {
    assert.deepEqual([...encodeAudio(Float32Array.of(0, 1, -1), 'mulaw')], [0xff, 0x80, 0x00]);
  });

  it('writes the A-law codes of ITU-T G.711 for silence and full scale', () => {
    assert.deepEqual([...encodeAudio(Float32Array.of(0, 1, -1), 'alaw')], [0xd5, 0xaa, 0x2a]);
  });

  it('writes 16-bit samples little-endian', () => {
    const bytes = encodeAudio(Float32Array.of(0.5, -1 / 32768), 'pcm_s16le');
    assert.deepEqual([...bytes], [0x00, 0x40, 0xff, 0xff]);
  });

  it('clips what is too loud instead of wrapping it round', () => {
    const bytes = encodeAudio(Float32Array.of(1.7, -3), 'pcm_s16le');
    assert.deepEqual([...bytes], [0xff, 0x7f, 0x00, 0x80]);
    assert.deepEqual([...encodeAudio(Float32Array.of(9, -9), 'mulaw')], [0x80, 0x00]);
  });

  for (const encoding of ['mulaw', 'alaw'] as const) {
    it(`comes back through the ${encoding} decoder with 36 dB of signal over noise`, () => {
      const samples = Float32Array.from({ length: 4000 }, (_, i) => 0.6 * Math.sin(i * 0.21));
      const decoded = new Decoder(encoding).decode(encodeAudio(samples, encoding));
      let signal = 0;
      let noise = 0;
      samples.forEach((sample, i) => {
        signal += sample ** 2;
        noise += (sample - decoded[i]!) ** 2;
      });
      assert.ok(10 * Math.log10(signal / noise) > 36);
    });
  }
});
