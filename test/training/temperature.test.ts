import assert from 'node:assert/strict';
import { createRandom } from '../../src/training/random.ts';
import {
  believedTemperature,
  fitTemperature,
  negativeLogLikelihood,
} from '../../src/training/temperature.ts';

/** Readouts whose labels are as likely as they say once they are divided by `sharpened`. */
function sharpenedReadouts(sharpened: number) {
  const random = createRandom(1);
  return Array.from({ length: 4000 }, () => {
    const honest = Float32Array.from({ length: 8 }, () => random.normal(0, 1.5));
    // The label is drawn from the honest softmax, then the logits are made too sure of themselves.
    const weights = honest.map(Math.exp);
    let left = random.next() * weights.reduce((a, b) => a + b, 0);
    let label = 0;
    while (label < 7 && left > weights[label]!) left -= weights[label++]!;
    return { logits: honest.map((logit) => logit * sharpened), label };
  });
}

describe('fitTemperature', () => {
  it('finds by how much logits were sharpened', () => {
    const readouts = sharpenedReadouts(2.5);
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

describe('believedTemperature', () => {
  it('counts every speaker alike, however much of each there is', () => {
    const spoken = (speaker: string, sharpened: number, count: number) =>
      sharpenedReadouts(sharpened)
        .slice(0, count)
        .map((readout) => ({ ...readout, speaker }));
    const few = [...spoken('a', 1, 400), ...spoken('b', 3, 400)];
    const many = [...spoken('a', 1, 400), ...[1, 2, 3, 4].flatMap(() => spoken('b', 3, 400))];
    assert.ok(Math.abs(believedTemperature(few) - believedTemperature(many)) < 1e-5);
  });

  const spoken = (speakers: number) =>
    sharpenedReadouts(2).map((readout, i) => ({ ...readout, speaker: `${i % speakers}` }));

  it('is drawn towards 1, the more the fewer the speakers are', () => {
    const fitted = fitTemperature(spoken(1));
    for (const [speakers, share] of [
      [1, 1 / 5],
      [4, 1 / 2],
      [36, 9 / 10],
    ] as const) {
      const believed = believedTemperature(spoken(speakers));
      assert.ok(Math.abs(believed - fitted ** share) < 0.01, `${believed}`);
    }
  });

  it('is 1 where there is nothing to fit it on', () => {
    assert.equal(believedTemperature([]), 1);
  });
});
