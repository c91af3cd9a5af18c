import assert from 'node:assert/strict';
import { DEFAULT_SHAPE } from '../../src/pipeline/network/shape.ts';
import { mapWeights } from '../../src/pipeline/network/weights.ts';
import { initialWeights } from '../../src/training/initial-weights.ts';
import { AdamW, AveragedWeights, gradientNorm } from '../../src/training/optimizer.ts';
import { createRandom } from '../../src/training/random.ts';

const SHAPE = { ...DEFAULT_SHAPE, featureCount: 2, convChannels: 2, hiddenUnits: 2, denseUnits: 2 };

function setting() {
  const weights = initialWeights(SHAPE, createRandom(1));
  const gradients = mapWeights((name) => new Float32Array(weights[name].length));
  return { weights, gradients };
}

describe('AdamW', () => {
  it('moves a weight by the learning rate on the first step, against the gradient', () => {
    const { weights, gradients } = setting();
    const before = weights['output.kernel'].slice();
    gradients['output.kernel'][0] = 0.5;
    new AdamW(weights, 0, 10).update(weights, gradients, 0.01);
    assert.ok(Math.abs(weights['output.kernel'][0]! - (before[0]! - 0.01)) < 1e-6);
    assert.equal(weights['output.kernel'][1], before[1]);
  });

  it('computes what a reference computes over several steps', () => {
    const { weights, gradients } = setting();
    const optimizer = new AdamW(weights, 0.1, 1e9);
    let expected = weights['dense.kernel'][0]!;
    let m = 0;
    let v = 0;
    for (let t = 1; t <= 5; t++) {
      const g = Math.sin(t);
      gradients['dense.kernel'][0] = g;
      optimizer.update(weights, gradients, 0.02);
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g * g;
      const move = m / (1 - 0.9 ** t) / (Math.sqrt(v / (1 - 0.999 ** t)) + 1e-8);
      expected = expected * (1 - 0.02 * 0.1) - 0.02 * move;
    }
    assert.ok(Math.abs(weights['dense.kernel'][0]! - expected) < 1e-5);
  });

  it('decays kernels without a gradient, and no bias', () => {
    const { weights, gradients } = setting();
    weights['dense.bias'].fill(1);
    const before = weights['dense.kernel'].slice();
    new AdamW(weights, 0.5, 1).update(weights, gradients, 0.1);
    weights['dense.kernel'].forEach((w, i) => {
      assert.ok(Math.abs(w - before[i]! * 0.95) < 1e-6);
    });
    assert.deepEqual([...weights['dense.bias']], [1, 1]);
  });

  it('clips by the norm over all tensors together', () => {
    const { weights, gradients } = setting();
    gradients['dense.kernel'][0] = 3;
    gradients['output.kernel'][0] = 4;
    assert.equal(gradientNorm(gradients), 5);
    // Adam's step does not depend on the gradient's scale at first; its moments do later.
    const clipped = new AdamW(weights, 0, 1);
    clipped.update(weights, gradients, 0);
    gradients['dense.kernel'][0] = 0.6;
    gradients['output.kernel'][0] = 0.8;
    const before = weights['dense.kernel'][0]!;
    clipped.update(weights, gradients, 0.01);
    assert.ok(Math.abs(weights['dense.kernel'][0]! - (before - 0.01)) < 1e-5);
  });
});

describe('AveragedWeights', () => {
  it('comes to hold the weights when they stay, forgetting where it began', () => {
    const { weights } = setting();
    const averaged = new AveragedWeights(weights, 0.9);
    weights['dense.kernel'].fill(7);
    for (let step = 0; step < 200; step++) averaged.add(weights);
    for (const w of averaged.values['dense.kernel']) assert.ok(Math.abs(w - 7) < 1e-3);
  });
});
