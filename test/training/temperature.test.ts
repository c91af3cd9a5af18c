import assert from 'node:assert/strict';
import { createRandom } from '../../src/training/random.ts';
import { fitTemperature, negativeLogLikelihood } from '../../src/training/temperature.ts';

describe('fitTemperature', () => {
  it('finds by how much logits were sharpened', () => {
    const random = createRandom(1);
    const readouts = Array.from({ length: 4000 }, () => {
      const honest = Float32Array.from({ length: 8 }, () => random.normal(0, 1.5));
      // The label is drawn from the honest softmax, then the logits are made too sure of themselves.
      const weights = honest.map(Math.exp);
      let left = random.next() * weights.reduce((a, b) => a + b, 0);
      let label = 0;
      while (label < 7 && left > weights[label]!) left -= weights[label++]!;
      return { logits: honest.map((logit) => logit * 2.5), label };
    });
    const temperature = fitTemperature(readouts);
    assert.ok(Math.abs(temperature - 2.5) < 0.15, `${temperature}`);
    for (const other of [temperature * 0.95, temperature * 1.05]) {
      const best = negativeLogLikelihood(readouts, temperature);
      assert.ok(negativeLogLikelihood(readouts, other) > best);
    }
  });

  it('is 1 where there is nothing to fit it on', () => {
    assert.equal(fitTemperature([]), 1);
  });

  it('is the logarithm of the number of labels for logits that say nothing', () => {
    const nothing = [{ logits: new Float32Array(8), label: 3 }];
    assert.ok(Math.abs(negativeLogLikelihood(nothing, 1) - Math.log(8)) < 1e-9);
  });
});
