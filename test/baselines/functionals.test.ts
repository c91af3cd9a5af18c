import assert from 'node:assert/strict';
import { describeLevel, describeSpeech } from '../../src/baselines/functionals.ts';
import { fitStandardisation, standardised } from '../../src/baselines/standardisation.ts';
import { featureOffset } from '../../src/pipeline/features/layout.ts';
import { createRandom } from '../../src/training/random.ts';
import { madeFrames } from './made-clips.ts';

const PITCH = featureOffset('prosody');
const VOICING = PITCH + 1;
const LEVEL = PITCH + 2;
const SPEECH_RATE = PITCH + 3;

function close(actual: ArrayLike<number>, expected: readonly number[]) {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(Math.abs(actual[i]! - value) < 1e-5, `${actual[i]} for ${value} at ${i}`);
  });
}

describe('describeLevel', () => {
  it('gives mean, deviation, ends, percentiles, and the slope in decibels a second', () => {
    const level = describeLevel(
      madeFrames(11, (t, vector) => {
        vector[LEVEL] = -40 + 2 * t;
      }),
    );
    const percentiles = [-38, -35, -30, -25, -22];
    close(level, [-30, Math.sqrt(40), -40, -20, ...percentiles, 2 / 0.032]);
  });

  it('calls the slope of a single frame nought', () => {
    const frames = madeFrames(1, (_t, vector) => {
      vector[LEVEL] = -30;
    });
    close(describeLevel(frames), [-30, 0, ...new Array(7).fill(-30), 0]);
  });
});

describe('describeSpeech', () => {
  it('looks at pitch in voiced frames only, and counts their share', () => {
    const frames = madeFrames(8, (t, vector) => {
      vector[PITCH] = t < 2 ? 0.5 : 0;
      vector[VOICING] = t < 2 ? 0.9 : 0.1;
      vector[SPEECH_RATE] = 4;
    });
    const described = describeSpeech(frames);
    close(described.slice(-13), [0.5, 0, ...new Array(7).fill(0.5), 0, 8 * 0.032, 0.25, 4]);
  });

  it('has as many numbers for speech without a voice, all of them finite', () => {
    const whisper = describeSpeech(madeFrames(3, () => undefined));
    assert.equal(whisper.length, 42 * 10 + 3);
    assert.ok(whisper.every(Number.isFinite));
  });
});

describe('standardised', () => {
  it('brings every column to mean 0 and deviation 1, over all arrays', () => {
    const random = createRandom(1);
    const arrays = [50, 20].map((rows) =>
      Float64Array.from({ length: rows * 2 }, (_, i) => random.normal(i % 2 === 0 ? 5 : -3, 7)),
    );
    const scale = fitStandardisation(arrays, 2);
    const values = arrays.flatMap((array) => [...standardised(array, scale)]);
    for (const column of [0, 1]) {
      const own = values.filter((_value, i) => i % 2 === column);
      const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
      const square = own.reduce((sum, value) => sum + value * value, 0) / own.length;
      close([mean, square], [0, 1]);
    }
  });

  it('turns a column that never changes into noughts, on the other side too', () => {
    const scale = fitStandardisation([Float64Array.of(3, 3, 3)], 1);
    assert.deepEqual([...standardised(Float64Array.of(3, 8), scale)], [0, 0]);
  });
});
