import assert from 'node:assert/strict';
import {
  argmax,
  calibrate,
  emotionPlaces,
  normalisedEntropy,
} from '../../src/pipeline/calibration.ts';
import { Smoother } from '../../src/pipeline/smoother.ts';
import { EMOTIONS, type Emotion } from '../../src/protocol/labels.ts';

const OPTIONS = {
  minSpeechMs: 1000,
  enterProbability: 0.6,
  enterReadings: 2,
  leaveProbability: 0.4,
  maxEntropy: 0.85,
  confidenceHalfLifeMs: 4000,
};

/** `emotion` with the probability given, the rest shared evenly. */
function reading(emotion: Emotion, probability: number): Float32Array {
  const rest = (1 - probability) / (EMOTIONS.length - 1);
  return Float32Array.from(EMOTIONS, (name) => (name === emotion ? probability : rest));
}

/** Reads in steps of 256 ms; returns what is shown after each. */
function shownAfter(smoother: Smoother, readings: readonly Float32Array[], startMs = 0) {
  return readings.map((probabilities, i) => {
    const atMs = startMs + (i + 1) * 256;
    smoother.read(probabilities, atMs, atMs);
    return smoother.shown(atMs).label;
  });
}

describe('smoother', () => {
  it('listens until it has heard enough speech, however clear the readings', () => {
    const labels = shownAfter(new Smoother(OPTIONS, 8), Array(5).fill(reading('anger', 0.9)));
    assert.deepEqual(labels, ['listening', 'listening', 'listening', 'anger', 'anger']);
  });

  it('claims a label only after two clear readings in a row', () => {
    const smoother = new Smoother({ ...OPTIONS, minSpeechMs: 0 }, 8);
    const anger = reading('anger', 0.7);
    const sadness = reading('sadness', 0.7);
    const labels = shownAfter(smoother, [anger, sadness, anger, anger, sadness, sadness]);
    assert.deepEqual(labels, [
      'uncertain',
      'uncertain',
      'uncertain',
      'anger',
      'uncertain', // anger fell below the level at which it is held
      'sadness',
    ]);
  });

  it('holds a label through a dip and lets it go below the lower threshold', () => {
    const smoother = new Smoother({ ...OPTIONS, minSpeechMs: 0 }, 8);
    const labels = shownAfter(smoother, [
      reading('anger', 0.7),
      reading('anger', 0.7),
      reading('anger', 0.45),
      reading('anger', 0.39),
    ]);
    assert.deepEqual(labels, ['uncertain', 'anger', 'anger', 'uncertain']);
  });

  it('abstains when no label is clear', () => {
    const flat = new Float32Array(8).fill(1 / 8);
    const labels = shownAfter(new Smoother(OPTIONS, 8), Array(8).fill(flat));
    assert.equal(labels.at(-1), 'uncertain');
    assert.equal(normalisedEntropy(flat, 8), 1);
  });

  it('lets the shown confidence halve with each half-life of silence, then claims nothing', () => {
    const smoother = new Smoother(OPTIONS, 8);
    shownAfter(smoother, Array(6).fill(reading('anger', 0.8)));
    const heardAtMs = 6 * 256;
    assert.ok(Math.abs(smoother.shown(heardAtMs + 4000).confidence - 0.4) < 1e-6);
    assert.equal(smoother.shown(heardAtMs + 4000).label, 'anger');
    assert.equal(smoother.shown(heardAtMs + 12000).label, 'listening');
  });
});

describe('calibration', () => {
  it('is a softmax whose temperature flattens without changing the order', () => {
    const logits = Float32Array.of(2, 1, 0, -1, -2, 0, 0, 0);
    const sharp = calibrate(logits, 1, new Float32Array(8));
    const flat = calibrate(logits, 2, new Float32Array(8));
    const total = [...logits].reduce((sum, logit) => sum + Math.exp(logit), 0);
    assert.ok(Math.abs(sharp[0]! - Math.exp(2) / total) < 1e-6);
    assert.ok(Math.abs(flat.reduce((sum, p) => sum + p) - 1) < 1e-6);
    assert.ok(flat[0]! < sharp[0]!);
    assert.equal(argmax(flat), 0);
  });

  it('leaves out what may not be told, however likely it is', () => {
    const logits = Float32Array.of(90, 1, 0, -1, -2, 0, 0, 0);
    const open = emotionPlaces(['calm', 'happiness']);
    const shares = calibrate(logits, 1, new Float32Array(8).fill(0.5), open);
    assert.ok(Math.abs(shares[1]! - 1 / (1 + Math.exp(-1))) < 1e-6);
    assert.deepEqual([shares[0], ...shares.subarray(3)], [0, 0, 0, 0, 0, 0]);
    const even = calibrate(new Float32Array(8), 1, new Float32Array(8), open);
    assert.equal(normalisedEntropy(even, open.length), 1);
  });
});
