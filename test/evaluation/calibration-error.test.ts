import assert from 'node:assert/strict';
import {
  expectedCalibrationError,
  reliability,
  untempered,
} from '../../src/evaluation/calibration-error.ts';
import { calibrate } from '../../src/pipeline/calibration.ts';

function close(actual: number, expected: number, tolerance = 1e-12) {
  assert.ok(Math.abs(actual - expected) < tolerance, `${actual} is not ${expected}`);
}

describe('expectedCalibrationError', () => {
  const confident = (confidence: number, right: boolean) => ({
    truth: 'anger' as const,
    predicted: right ? ('anger' as const) : ('calm' as const),
    confidence,
  });

  it('weights the gap of each of the 15 bins by what falls there', () => {
    // 0.61 and 0.65 share the bin 0.600–0.667: mean 0.63 against accuracy 0.5. 1.0 is right.
    const judgements = [confident(0.61, true), confident(0.65, false), confident(1, true)];
    close(expectedCalibrationError(judgements), (2 / 3) * 0.13);
  });

  it('is zero when confidence is always earned, and for no judgements', () => {
    assert.equal(expectedCalibrationError([confident(1, true)]), 0);
    assert.equal(expectedCalibrationError([]), 0);
  });

  it('keeps 15 bins that hold every judgement', () => {
    const { bins } = reliability([confident(0, true), confident(0.61, false), confident(1, true)]);
    assert.equal(bins.length, 15);
    assert.deepEqual([bins[0]!.n, bins[9]!.n, bins[14]!.n], [1, 1, 1]);
    assert.deepEqual([bins[9]!.confidence, bins[9]!.accuracy], [0.61, 0]);
  });
});

describe('untempered', () => {
  it('gives the softmax at temperature 1 back from any other', () => {
    const logits = Float32Array.of(3, -1, 0.5, 2.9, -4, 0, 1, 1.5);
    const wanted = calibrate(logits, 1, new Float32Array(8));
    for (const temperature of [0.7, 1, 1.6, 3]) {
      const served = calibrate(logits, temperature, new Float32Array(8));
      untempered(served, temperature).forEach((p, i) => {
        close(p, wanted[i]!, 1e-6);
      });
    }
  });
});
