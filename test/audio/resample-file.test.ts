import assert from 'node:assert/strict';
import { resampleTo } from '../../src/audio/resample-file.ts';
import { SAMPLE_RATES_HZ } from '../../src/protocol/messages.ts';

function sine(frequencyHz: number, rateHz: number, seconds: number): Float32Array {
  return Float32Array.from({ length: Math.round(rateHz * seconds) }, (_, i) =>
    Math.sin((2 * Math.PI * frequencyHz * i) / rateHz),
  );
}

/** Largest deviation of the middle of the recording from the ideal sine. */
function deviation(actual: Float32Array, expected: Float32Array): number {
  let worst = 0;
  for (let i = 400; i < actual.length - 400; i++) {
    worst = Math.max(worst, Math.abs(actual[i]! - expected[i]!));
  }
  return worst;
}

describe('resampleTo', () => {
  for (const rateHz of SAMPLE_RATES_HZ) {
    it(`keeps a 500 Hz tone in place from ${rateHz} Hz to 16000 Hz`, () => {
      const actual = resampleTo(sine(500, rateHz, 1), rateHz, 16000);
      assert.equal(actual.length, 16000);
      // A hundredth of an output sample out of place would be 0.002.
      assert.ok(deviation(actual, sine(500, 16000, 1)) < 1e-3);
    });
  }

  for (const [fromHz, toHz] of [
    [16000, 8000],
    [48000, 16000],
    [8000, 16000],
  ] as const) {
    it(`is exact to a thousandth from ${fromHz} Hz to ${toHz} Hz`, () => {
      const actual = resampleTo(sine(1000, fromHz, 0.5), fromHz, toHz);
      assert.ok(deviation(actual, sine(1000, toHz, 0.5)) < 1e-3);
    });
  }

  it('lets nothing above the new Nyquist frequency fold back', () => {
    const actual = resampleTo(sine(6000, 16000, 0.5), 16000, 8000);
    assert.ok(deviation(actual, new Float32Array(actual.length)) < 1e-3);
  });

  it('returns the samples as they are when the rate stays', () => {
    const samples = sine(100, 8000, 0.1);
    assert.equal(resampleTo(samples, 8000, 8000), samples);
  });

  it('takes a recording of no samples and of one', () => {
    assert.equal(resampleTo(new Float32Array(0), 48000, 16000).length, 0);
    assert.equal(resampleTo(Float32Array.of(0.5), 8000, 16000).length, 2);
  });
});
