import assert from 'node:assert/strict';
import FFT from 'fft.js';
import { gain } from '../../../src/training/augmentation/gain.ts';
import { pitch } from '../../../src/training/augmentation/pitch.ts';
import { speed } from '../../../src/training/augmentation/speed.ts';
import { stretch } from '../../../src/training/augmentation/stretch.ts';

const RATE_HZ = 16000;
const FFT_SIZE = 8192;

function sine(frequencyHz: number, seconds: number): Float32Array {
  return Float32Array.from({ length: RATE_HZ * seconds }, (_, i) =>
    Math.sin((2 * Math.PI * frequencyHz * i) / RATE_HZ),
  );
}

/** Frequency of the strongest bin in the middle of a recording; bins are 2 Hz apart. */
function loudestHz(samples: Float32Array): number {
  const start = (samples.length - FFT_SIZE) >> 1;
  const windowed = Array.from(
    { length: FFT_SIZE },
    (_, i) => samples[start + i]! * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / FFT_SIZE)),
  );
  const spectrum = new Float64Array(2 * FFT_SIZE);
  new FFT(FFT_SIZE).realTransform(spectrum, windowed);
  const power = Array.from(
    { length: FFT_SIZE / 2 },
    (_, bin) => spectrum[2 * bin]! ** 2 + spectrum[2 * bin + 1]! ** 2,
  );
  return (power.indexOf(Math.max(...power)) * RATE_HZ) / FFT_SIZE;
}

function rms(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length);
}

describe('speed', () => {
  for (const factor of [0.85, 0.93, 1.17]) {
    it(`moves a 400 Hz tone to ${400 * factor} Hz and keeps its level at ${factor}`, () => {
      const output = speed(sine(400, 2), factor);
      assert.equal(output.length, Math.round(32000 / factor));
      assert.ok(Math.abs(loudestHz(output) - 400 * factor) <= 2);
      assert.ok(Math.abs(rms(output) - Math.SQRT1_2) < 0.01);
    });
  }

  it('follows the ideal tone to a two-hundredth', () => {
    const output = speed(sine(400, 1), 1.1);
    let worst = 0;
    for (let i = 100; i < output.length - 100; i++) {
      const ideal = Math.sin((2 * Math.PI * 440 * i) / RATE_HZ);
      worst = Math.max(worst, Math.abs(output[i]! - ideal));
    }
    assert.ok(worst < 0.005, `worst deviation ${worst}`);
  });

  it('filters away what would pass the Nyquist frequency', () => {
    assert.ok(rms(speed(sine(7600, 1), 1.3)) < 0.03);
  });
});

describe('stretch', () => {
  for (const factor of [0.8, 0.93, 1.2]) {
    it(`changes the length by ${factor} and leaves pitch and level`, () => {
      const output = stretch(sine(220, 2), factor);
      assert.equal(output.length, Math.round(32000 / factor));
      assert.ok(Math.abs(loudestHz(output) - 220) <= 2);
      assert.ok(Math.abs(rms(output) - Math.SQRT1_2) < 0.03);
    });
  }

  it('keeps the time order: a burst lands where the factor puts it', () => {
    const samples = new Float32Array(32000);
    samples.set(sine(300, 0.1), 20000);
    const output = stretch(samples, 1.25);
    const first = output.findIndex((sample) => Math.abs(sample) > 0.3);
    assert.ok(Math.abs(first - 16000) < 800, `burst starts at ${first}`);
  });

  it('gives the length asked for however short the recording', () => {
    for (const length of [0, 1, 500, 1279, 1281, 5000]) {
      const output = stretch(new Float32Array(length).fill(0.1), 0.9);
      assert.equal(output.length, Math.max(1, Math.round(length / 0.9)));
      assert.ok(output.every(Number.isFinite));
    }
  });
});

describe('pitch', () => {
  for (const semitones of [-3, 2, 4]) {
    it(`moves a tone by ${semitones} semitones at the same length`, () => {
      const output = pitch(sine(300, 2), semitones);
      assert.equal(output.length, 32000);
      assert.ok(Math.abs(loudestHz(output) - 300 * 2 ** (semitones / 12)) <= 3);
    });
  }
});

describe('gain', () => {
  it('doubles the samples at 6.02 dB and leaves its input alone', () => {
    const samples = Float32Array.of(0.1, -0.2);
    const louder = gain(samples, 20 * Math.log10(2));
    assert.ok(Math.abs(louder[0]! - 0.2) < 1e-6 && Math.abs(louder[1]! + 0.4) < 1e-6);
    assert.deepEqual(samples, Float32Array.of(0.1, -0.2));
  });
});
