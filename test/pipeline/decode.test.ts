import assert from 'node:assert/strict';
import alawmulaw from 'alawmulaw';
import fc from 'fast-check';
import { Decoder } from '../../src/pipeline/decode.ts';
import { chunks } from '../helpers/signals.ts';

const EVERY_CODE = Uint8Array.from({ length: 256 }, (_, code) => code);

describe('decode', () => {
  it('decodes all 256 mu-law codes as an independent codec does', () => {
    const samples = new Decoder('mulaw').decode(EVERY_CODE);
    EVERY_CODE.forEach((code, i) => {
      assert.ok(samples[i]! * 32768 === alawmulaw.mulaw.decodeSample(code), `code ${code}`);
    });
    assert.equal(samples.length, 256);
  });

  it('decodes A-law as ITU-T G.711 tabulates it', () => {
    // Table 1a/G.711: code 0xD5 is the smallest positive value, 0xAA the largest.
    const samples = new Decoder('alaw').decode(Uint8Array.of(0xd5, 0x55, 0xaa, 0x2a));
    assert.deepEqual(
      Array.from(samples, (sample) => sample * 32768),
      [8, -8, 32256, -32256],
    );
  });

  it('reads 16-bit little-endian samples over their whole range', () => {
    const pcm = Int16Array.of(-32768, -1, 0, 1, 32767);
    const samples = new Decoder('pcm_s16le').decode(new Uint8Array(pcm.buffer));
    assert.deepEqual(
      Array.from(samples, (sample) => sample * 32768),
      [...pcm],
    );
  });

  it('puts a 16-bit sample together again when it was split between chunks', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 2, maxLength: 64 }),
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 9 }),
        (bytes, sizes) => {
          const whole = Array.from(new Decoder('pcm_s16le').decode(bytes));
          const decoder = new Decoder('pcm_s16le');
          const pieces = [...chunks(bytes, sizes)].flatMap((chunk) =>
            Array.from(decoder.decode(chunk)),
          );
          assert.deepEqual(pieces, whole);
        },
      ),
    );
  });
});
