import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createResampler } from '../../../src/pipeline/resampling/create-resampler.ts';
import { resamplerMemoryBytes } from '../../../src/pipeline/resampling/speex-resampler.ts';
import { SAMPLE_RATES_HZ } from '../../../src/protocol/messages.ts';
import { chunks, noise, sine } from '../../helpers/signals.ts';

const TARGET_HZ = 16000;

/** Least-squares fit of a sine of known frequency: its amplitude, and what is left over. */
function fitSine(samples: Float32Array, frequencyHz: number, sampleRateHz: number) {
  const from = samples.length >> 2;
  const length = samples.length - from;
  let inPhase = 0;
  let quadrature = 0;
  for (let i = from; i < samples.length; i++) {
    const angle = (2 * Math.PI * frequencyHz * i) / sampleRateHz;
    inPhase += (2 / length) * samples[i]! * Math.sin(angle);
    quadrature += (2 / length) * samples[i]! * Math.cos(angle);
  }
  let residual = 0;
  for (let i = from; i < samples.length; i++) {
    const angle = (2 * Math.PI * frequencyHz * i) / sampleRateHz;
    const model = inPhase * Math.sin(angle) + quadrature * Math.cos(angle);
    residual += (samples[i]! - model) ** 2 / length;
  }
  const amplitude = Math.hypot(inPhase, quadrature);
  return { amplitude, snrDb: 10 * Math.log10((amplitude * amplitude) / 2 / residual) };
}

describe('resample', () => {
  for (const rateHz of SAMPLE_RATES_HZ) {
    it(`keeps speech at ${rateHz} Hz: level within 0.1 dB, distortion below −85 dB`, () => {
      for (const frequencyHz of [200, 1000, 3000]) {
        using resampler = createResampler(rateHz, TARGET_HZ);
        const output = resampler.push(sine(frequencyHz, rateHz, 1));
        const { amplitude, snrDb } = fitSine(output, frequencyHz, TARGET_HZ);
        assert.ok(Math.abs(20 * Math.log10(amplitude / 0.5)) < 0.1, `${frequencyHz}: ${amplitude}`);
        assert.ok(snrDb > 85, `${frequencyHz} Hz: ${snrDb} dB`);
      }
    });
  }

  it('lets nothing above the new Nyquist frequency fold back', () => {
    for (const rateHz of [24000, 32000, 44100, 48000]) {
      using resampler = createResampler(rateHz, TARGET_HZ);
      const output = resampler.push(sine(9000, rateHz, 1));
      const settled = output.subarray(200, -200);
      const rms = Math.sqrt(settled.reduce((sum, x) => sum + x * x, 0) / settled.length);
      assert.ok(20 * Math.log10(rms / (0.5 / Math.SQRT2)) < -80, `${rateHz}: ${rms}`);
    }
  });

  it('gives the same samples however the input is chunked', () => {
    let compared = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...SAMPLE_RATES_HZ),
        fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 12 }),
        (rateHz, sizes) => {
          const input = noise(6000);
          using atOnce = createResampler(rateHz, TARGET_HZ);
          const whole = atOnce.push(input);
          using streaming = createResampler(rateHz, TARGET_HZ);
          const pieces = [...chunks(input, sizes)].flatMap((chunk) => [...streaming.push(chunk)]);
          assert.deepEqual(pieces, [...whole]);
          compared += pieces.length;
        },
      ),
      { numRuns: 40 },
    );
    assert.ok(compared > 80_000, `${compared} samples compared`);
  });

  it('gives as many samples as the ratio of the rates says', () => {
    for (const rateHz of SAMPLE_RATES_HZ) {
      using resampler = createResampler(rateHz, TARGET_HZ);
      let count = 0;
      for (let i = 0; i < 50; i++) count += resampler.push(new Float32Array(rateHz / 25)).length;
      assert.ok(Math.abs(count - 2 * TARGET_HZ) <= 1, `${rateHz}: ${count}`);
    }
  });

  it('is as new after a reset', () => {
    const input = noise(5000);
    for (const rateHz of SAMPLE_RATES_HZ) {
      using resampler = createResampler(rateHz, TARGET_HZ);
      const first = resampler.push(input).slice();
      resampler.reset();
      assert.deepEqual(resampler.push(input), first, `${rateHz}`);
    }
  });

  it('gives each stream its own samples, whatever others hear in between', () => {
    const streams = SAMPLE_RATES_HZ.map((rateHz, i) => {
      const input = noise(3000, 0.5, i + 1);
      const given: number[] = [];
      return { rateHz, input, given, resampler: createResampler(rateHz, TARGET_HZ) };
    });
    for (let at = 0; at < 3000; at += 250) {
      for (const { resampler, input, given } of streams) {
        given.push(...resampler.push(input.subarray(at, at + 250)));
      }
    }
    for (const { rateHz, input, given, resampler } of streams) {
      using alone = createResampler(rateHz, TARGET_HZ);
      assert.deepEqual(given, [...alone.push(input)], `${rateHz}`);
      resampler.free();
    }
  });

  it('hears nothing once freed, and may be freed twice', () => {
    for (const rateHz of [8000, TARGET_HZ]) {
      const resampler = createResampler(rateHz, TARGET_HZ);
      resampler.free();
      resampler.free();
      resampler.reset();
      assert.equal(resampler.push(noise(100)).length, 0);
    }
  });

  it('gives its memory back: the next 2,000 fit where the last 2,000 were', () => {
    // All at once, because the memory has room to spare: one after another could leak unseen.
    const openAndFree = () => {
      const open = Array.from({ length: 2000 }, () => createResampler(44100, TARGET_HZ));
      for (const resampler of open) resampler.push(new Float32Array(882));
      for (const resampler of open) resampler.free();
      return resamplerMemoryBytes();
    };
    const first = openAndFree();
    assert.deepEqual([openAndFree(), openAndFree()], [first, first]);
  });
});
