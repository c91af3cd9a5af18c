import assert from 'node:assert/strict';
import { HANN } from '../../../src/pipeline/features/hann.ts';
import { WINDOW_SAMPLES } from '../../../src/pipeline/features/layout.ts';
import { Pitch } from '../../../src/pipeline/features/pitch.ts';
import { powerSpectrum } from '../../../src/pipeline/features/spectrum.ts';
import { kernel, kernelFloats } from '../../../src/pipeline/kernel/kernel.ts';
import { noise, vowel } from '../../helpers/signals.ts';

const LAST_LAG = 135;
/** The bins that pitch is looked for in: 50 to 2,000 Hz. */
const BAND = Array.from({ length: 125 }, (_, i) => i + 4);

/** The window's own autocorrelation, over that at lag 0. */
function ofWindow(lag: number): number {
  let [here, zero] = [0, 0];
  for (let i = 0; i < WINDOW_SAMPLES; i++) {
    zero += HANN[i]! ** 2;
    if (i >= 2 * lag) here += HANN[i]! * HANN[i - 2 * lag]!;
  }
  return here / zero;
}

describe("the kernel's autocorrelation", () => {
  const power = kernelFloats('power', WINDOW_SAMPLES / 2 + 1);
  const correlation = kernelFloats('correlation', LAST_LAG + 1);
  new Pitch(); // its module fills the tables

  it('is the cosine transform of the power in the band, by its definition to 1e-6', () => {
    for (const samples of [noise(WINDOW_SAMPLES), vowel(120, 16000, 0.064)]) {
      powerSpectrum(samples);
      const energy = kernel.computeCorrelation();
      const whole = BAND.reduce((sum, bin) => sum + 2 * power[bin]!, 0);
      assert.ok(Math.abs(energy / whole - 1) < 1e-6, `${energy} is not ${whole}`);
      for (let lag = 15; lag <= LAST_LAG; lag++) {
        const sum = BAND.reduce(
          (total, bin) => total + 2 * power[bin]! * Math.cos((2 * Math.PI * bin * lag) / 512),
          0,
        );
        const expected = sum / whole / ofWindow(lag);
        assert.ok(Math.abs(correlation[lag]! - expected) < 1e-6, `${lag}: ${correlation[lag]}`);
      }
    }
  });

  it('remembers nothing of the window before', () => {
    const quiet = vowel(200, 16000, 0.064).map((x) => x * 1e-3);
    powerSpectrum(quiet);
    kernel.computeCorrelation();
    const alone = correlation.slice(15);
    powerSpectrum(noise(WINDOW_SAMPLES, 1));
    kernel.computeCorrelation();
    powerSpectrum(quiet);
    kernel.computeCorrelation();
    assert.deepEqual(correlation.slice(15), alone);
  });
});
