import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Doubler } from '../../../src/pipeline/resampling/doubler.ts';
import { SpeexResampler } from '../../../src/pipeline/resampling/speex-resampler.ts';
import { chunks, concat, noise, sine } from '../../helpers/signals.ts';

/** How far rounding may take two sums of eighty products of numbers below one. */
const TOLERANCE = 1e-6;

function assertClose(actual: Float32Array, expected: Float32Array): void {
  assert.equal(actual.length, expected.length);
  const worst = actual.reduce((most, x, i) => Math.max(most, Math.abs(x - expected[i]!)), 0);
  assert.ok(worst <= TOLERANCE, `${worst}`);
}

describe('the doubler', () => {
  it("gives what Speex's resampler gives, whatever the chunks", () => {
    let compared = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(8000, 11025),
        fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 8 }),
        (rateHz, sizes) => {
          const input = concat(noise(3000), sine(1000, rateHz, 0.2));
          using speex = new SpeexResampler(rateHz, 2 * rateHz);
          const doubler = new Doubler();
          const pieces = [...chunks(input, sizes)].map((chunk) => doubler.push(chunk).slice());
          assertClose(concat(...pieces), speex.push(input));
          compared += 2 * input.length;
        },
      ),
      { numRuns: 30 },
    );
    assert.ok(compared > 200_000, `${compared} samples compared`);
  });

  it('leaves the same delay out', () => {
    const input = noise(2000);
    for (const sizes of [[2000], [7], [40], [100, 1]]) {
      using speex = new SpeexResampler(8000, 16000);
      const doubler = new Doubler();
      assert.equal(doubler.delaySamples, speex.delaySamples);
      speex.skipDelay();
      doubler.skipDelay();
      const pieces = [...chunks(input, sizes)].map((chunk) => doubler.push(chunk).slice());
      assertClose(concat(...pieces), speex.push(input));
    }
  });
});
