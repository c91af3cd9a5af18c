import assert from 'node:assert/strict';
import { FeatureExtractor } from '../../../src/pipeline/features/extractor.ts';
import {
  FEATURE_COUNT,
  FEATURE_GROUPS,
  featureOffset,
  HOP_SAMPLES,
  MEL_BANDS,
  MFCC_COUNT,
  WINDOW_SAMPLES,
} from '../../../src/pipeline/features/layout.ts';
import { powerSpectrum } from '../../../src/pipeline/features/spectrum.ts';
import { kernelFloats } from '../../../src/pipeline/kernel/kernel.ts';
import { noise, sine, vowel } from '../../helpers/signals.ts';

/** The discrete Fourier transform by its definition. */
function dft(signal: ArrayLike<number>, bin: number): [number, number] {
  let real = 0;
  let imaginary = 0;
  for (let i = 0; i < signal.length; i++) {
    const angle = (2 * Math.PI * bin * i) / signal.length;
    real += signal[i]! * Math.cos(angle);
    imaginary -= signal[i]! * Math.sin(angle);
  }
  return [real, imaginary];
}

/** By Hann's window. */
function weighed(samples: Float32Array): number[] {
  return Array.from(samples, (x, i) => x * Math.sin((Math.PI * i) / samples.length) ** 2);
}

const mel = (hz: number) => 2595 * Math.log10(1 + hz / 700);

/** Log-mel written anew from its formula, without any of the code under test. */
function referenceLogMel(samples: Float32Array): number[] {
  const windowed = weighed(samples.subarray(0, 1024));
  const power = Array.from({ length: 513 }, (_, bin) => {
    const [re, im] = dft(windowed, bin);
    return re * re + im * im;
  });
  const [low, high] = [mel(60), mel(7600)];
  const hz = (m: number) => 700 * (10 ** (m / 2595) - 1);
  return Array.from({ length: 64 }, (_, band) => {
    const [a, b, c] = [0, 1, 2].map((k) => hz(low + ((band + k) * (high - low)) / 65)) as [
      number,
      number,
      number,
    ];
    let energy = 0;
    power.forEach((value, bin) => {
      const f = bin * 15.625;
      energy += value * Math.max(0, Math.min((f - a) / (b - a), (c - f) / (c - b)));
    });
    return Math.log(energy + 1e-5);
  });
}

function frameOf(samples: Float32Array, frame: number): Float32Array {
  return samples.subarray(frame * HOP_SAMPLES, frame * HOP_SAMPLES + WINDOW_SAMPLES);
}

function group(features: Float32Array, name: keyof typeof FEATURE_GROUPS): number[] {
  const start = featureOffset(name);
  return [...features.subarray(start, start + FEATURE_GROUPS[name])];
}

function assertClose(actual: readonly number[], expected: readonly number[], tolerance: number) {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(Math.abs(actual[i]! - value) <= tolerance, `${i}: ${actual[i]} is not ${value}`);
  });
}

describe('spectral features', () => {
  it('the power spectrum agrees with the transform by its definition to 1e-6 of its largest bin', () => {
    const power = kernelFloats('power', WINDOW_SAMPLES / 2 + 1);
    const impulse = new Float32Array(WINDOW_SAMPLES);
    impulse[300] = 0.7;
    for (const samples of [noise(WINDOW_SAMPLES), vowel(140, 16000, 0.064), impulse]) {
      const meanSquare = powerSpectrum(samples);
      const windowed = weighed(samples);
      const expected = Array.from(power, (_, bin) => Math.hypot(...dft(windowed, bin)) ** 2);
      const largest = Math.max(...expected);
      expected.forEach((value, bin) => {
        assert.ok(Math.abs(power[bin]! - value) < 1e-6 * largest, `bin ${bin}`);
      });
      const energy = windowed.reduce((sum, x) => sum + x * x, 0);
      assert.ok(Math.abs(meanSquare / (energy / (0.375 * WINDOW_SAMPLES)) - 1) < 1e-6);
    }
  });

  it('log-mel agrees with an independent implementation to 1e-4', () => {
    for (const samples of [noise(1024), vowel(140, 16000, 0.1), sine(440, 16000, 0.1, 0.01)]) {
      const extractor = new FeatureExtractor();
      extractor.compute(frameOf(samples, 0));
      assertClose(group(extractor.features, 'logMel'), referenceLogMel(samples), 1e-4);
    }
  });

  it('MFCC is the orthonormal DCT-II of log-mel, to 1e-3', () => {
    const extractor = new FeatureExtractor();
    const samples = vowel(200, 16000, 0.1);
    extractor.compute(frameOf(samples, 0));
    const logMel = referenceLogMel(samples);
    const expected = Array.from({ length: MFCC_COUNT }, (_, k) => {
      const sum = logMel.reduce(
        (total, value, n) =>
          total + value * Math.cos((Math.PI * k * (2 * n + 1)) / (2 * MEL_BANDS)),
        0,
      );
      return sum * Math.sqrt((k === 0 ? 1 : 2) / MEL_BANDS);
    });
    assertClose(group(extractor.features, 'mfcc'), expected, 1e-3);
  });

  it('the deltas are the regression slope over five frames, centred two frames back', () => {
    const samples = noise(16000, 0.3);
    const extractor = new FeatureExtractor();
    const mfcc: number[][] = [];
    for (let frame = 0; frame < 8; frame++) {
      extractor.compute(frameOf(samples, frame));
      mfcc.push(group(extractor.features, 'mfcc'));
    }
    const expected = Array.from({ length: MFCC_COUNT }, (_, i) => {
      const c = (frame: number) => mfcc[frame]![i]!;
      return (c(6) - c(4) + 2 * (c(7) - c(3))) / 10;
    });
    assertClose(group(extractor.features, 'delta'), expected, 1e-4);
  });

  it('the delta-deltas are the deltas of the deltas', () => {
    const samples = noise(16000, 0.3, 7);
    const extractor = new FeatureExtractor();
    const deltas: number[][] = [];
    for (let frame = 0; frame < 9; frame++) {
      extractor.compute(frameOf(samples, frame));
      deltas.push(group(extractor.features, 'delta'));
    }
    const expected = deltas[8]!.map(
      (newest, i) => (2 * newest + deltas[7]![i]! - deltas[5]![i]! - 2 * deltas[4]![i]!) / 10,
    );
    assertClose(group(extractor.features, 'deltaDelta'), expected, 1e-4);
  });

  it('every value of silence and of full-scale noise is finite', () => {
    for (const samples of [new Float32Array(WINDOW_SAMPLES), noise(WINDOW_SAMPLES, 1)]) {
      const extractor = new FeatureExtractor();
      extractor.compute(frameOf(samples, 0));
      assert.equal(extractor.features.filter(Number.isFinite).length, FEATURE_COUNT);
    }
  });

  it('the level of a full-scale sine is −3 dB', () => {
    const extractor = new FeatureExtractor();
    extractor.compute(frameOf(sine(500, 16000, 0.1, 1), 0));
    assert.ok(Math.abs(extractor.intensityDb + 3.01) < 0.05, `${extractor.intensityDb}`);
  });
});
