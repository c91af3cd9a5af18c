import assert from 'node:assert/strict';
import { FeatureExtractor } from '../../../src/pipeline/features/extractor.ts';
import { HOP_SAMPLES, WINDOW_SAMPLES } from '../../../src/pipeline/features/layout.ts';
import { createResampler } from '../../../src/pipeline/resampling/create-resampler.ts';
import { noise, vowel } from '../../helpers/signals.ts';

interface Reading {
  readonly pitchHz: number;
  readonly voicing: number;
  readonly speechRateHz: number;
}

function analyse(samples: Float32Array): Reading[] {
  const extractor = new FeatureExtractor();
  const readings: Reading[] = [];
  for (let at = 0; at + WINDOW_SAMPLES <= samples.length; at += HOP_SAMPLES) {
    extractor.compute(samples.subarray(at, at + WINDOW_SAMPLES));
    const { pitchHz, voicing, speechRateHz } = extractor;
    readings.push({ pitchHz, voicing, speechRateHz });
  }
  return readings;
}

describe('prosody', () => {
  for (const pitchHz of [75, 110, 160, 220, 300, 420]) {
    it(`hears a pitch of ${pitchHz} Hz within 1 %`, () => {
      const readings = analyse(vowel(pitchHz, 16000, 1));
      for (const reading of readings) {
        assert.ok(Math.abs(reading.pitchHz / pitchHz - 1) < 0.01, `${reading.pitchHz} Hz`);
        assert.ok(reading.voicing > 0.9, `voicing ${reading.voicing}`);
      }
      assert.ok(readings.length >= 29);
    });
  }

  it('hears the pitch over a telephone, where the fundamental is not sent', () => {
    const narrow = vowel(110, 8000, 1);
    // A high-pass at 300 Hz by differencing twice is crude, but takes the fundamental down 30 dB.
    const thin = narrow.map((x, i) => (x - 2 * (narrow[i - 1] ?? 0) + (narrow[i - 2] ?? 0)) * 2);
    using resampler = createResampler(8000, 16000);
    const readings = analyse(resampler.push(thin).slice());
    const right = readings.filter(({ pitchHz }) => Math.abs(pitchHz / 110 - 1) < 0.02);
    assert.ok(right.length >= readings.length * 0.9, `${right.length} of ${readings.length}`);
  });

  it('follows a glide without jumping an octave', () => {
    const rateHz = 16000;
    let phase = 0;
    const glide = Float32Array.from({ length: 2 * rateHz }, (_, i) => {
      const hz = 120 + (120 * i) / (2 * rateHz);
      phase += (2 * Math.PI * hz) / rateHz;
      return 0.2 * (Math.sin(phase) + 0.7 * Math.sin(2 * phase) + 0.5 * Math.sin(3 * phase));
    });
    analyse(glide).forEach(({ pitchHz }, frame) => {
      const centre = frame * HOP_SAMPLES + WINDOW_SAMPLES / 2;
      const expectedHz = 120 + (120 * centre) / (2 * rateHz);
      assert.ok(Math.abs(pitchHz / expectedHz - 1) < 0.02, `frame ${frame}: ${pitchHz} Hz`);
    });
  });

  it('finds no voice in white noise', () => {
    const readings = analyse(noise(32000));
    const voiced = readings.filter(({ pitchHz }) => pitchHz > 0);
    assert.ok(voiced.length <= readings.length * 0.05, `${voiced.length} of ${readings.length}`);
  });

  for (const syllablesHz of [2.5, 4, 5.5]) {
    it(`counts ${syllablesHz} syllables a second within half a syllable`, () => {
      const readings = analyse(vowel(130, 16000, 6, { syllablesHz }));
      const heard = readings.at(-1)!.speechRateHz;
      assert.ok(Math.abs(heard - syllablesHz) < 0.5, `${heard}`);
    });
  }
});
