import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Deinterleaver } from '../../src/gateway/deinterleave.ts';

describe('the deinterleaver', () => {
  it('gives each channel the same bytes however the audio was cut', () => {
    const cuts = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(fc.constantFrom(1, 2), cuts, (sampleBytes, sizes) => {
        const total = sizes.reduce((sum, size) => sum + size, 0);
        const audio = Uint8Array.from({ length: total }, (_, index) => index);
        const pieces: [number[], number[]] = [[], []];
        const deinterleaver = new Deinterleaver(2, sampleBytes);
        let at = 0;
        for (const size of sizes) {
          const split = deinterleaver.split(audio.subarray(at, at + size));
          split.forEach((bytes, channel) => void pieces[channel]?.push(...bytes));
          at += size;
        }
        const whole = total - (total % (2 * sampleBytes));
        const expected = [0, 1].map((channel) =>
          [...audio.subarray(0, whole)].filter(
            (_, index) => Math.floor(index / sampleBytes) % 2 === channel,
          ),
        );
        assert.deepEqual(pieces, expected);
      }),
    );
  });

  it('hands one channel on as it came, but for a sample that is not whole yet', () => {
    const one = new Deinterleaver(1, 2);
    assert.deepEqual(one.split(Uint8Array.of(1, 2, 3)), [Uint8Array.of(1, 2)]);
    assert.deepEqual(one.split(Uint8Array.of(4)), [Uint8Array.of(3, 4)]);
  });
});
