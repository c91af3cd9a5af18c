import assert from 'node:assert/strict';
import { GaussianMixture } from '../../src/baselines/gaussian-mixture.ts';
import { backward, emitted, forward, type Hmm, logLikelihood } from '../../src/baselines/hmm.ts';
import { logSum } from '../../src/baselines/log-sum.ts';
import { createRandom } from '../../src/training/random.ts';
import { randomHmm, randomSequence } from './random-hmm.ts';

/** Density of a mixture of diagonal Gaussians, written out. */
function density({ parameters, width }: GaussianMixture, frame: Float64Array): number {
  const { weights, means, variances } = parameters;
  return weights.reduce((total, weight, m) => {
    let product = weight;
    for (let i = 0; i < width; i++) {
      const variance = variances[m * width + i]!;
      const z = (frame[i]! - means[m * width + i]!) ** 2 / variance;
      product *= Math.exp(-z / 2) / Math.sqrt(2 * Math.PI * variance);
    }
    return total + product;
  }, 0);
}

/** Likelihood as the sum over every path through the states. */
function byEnumeration(hmm: Hmm, sequence: Float64Array, width: number): number {
  const states = hmm.logStart.length;
  const frames = sequence.length / width;
  let total = 0;
  for (let path = 0; path < states ** frames; path++) {
    let probability = 1;
    let before = -1;
    for (let t = 0; t < frames; t++) {
      const state = Math.floor(path / states ** t) % states;
      const log = before < 0 ? hmm.logStart[state]! : hmm.logTransitions[before * states + state]!;
      const frame = sequence.subarray(t * width, (t + 1) * width);
      probability *= Math.exp(log) * density(hmm.emissions[state]!, frame);
      before = state;
    }
    total += probability;
  }
  return total;
}

function close(actual: number, expected: number) {
  assert.ok(Math.abs(actual - expected) < 1e-9 * Math.abs(expected), `${actual} for ${expected}`);
}

describe('logSum', () => {
  it('sums what would overflow, and nothing', () => {
    close(logSum(Float64Array.of(1000, 1000)), 1000 + Math.log(2));
    assert.equal(logSum(Float64Array.of(-Infinity, -Infinity)), -Infinity);
    close(logSum(Float64Array.of(9, Math.log(2), Math.log(3), 9), 1, 2), Math.log(5));
  });
});

describe('GaussianMixture', () => {
  it('gives the density that the formula gives, and its parts', () => {
    const random = createRandom(1);
    const { emissions } = randomHmm({ states: 1, components: 3, width: 4 }, random);
    const frame = randomSequence(1, 4, random);
    const parts = new Float64Array(3);
    const log = emissions[0]!.logDensity(frame, 0, parts, 0);
    close(log, Math.log(density(emissions[0]!, frame)));
    close(logSum(parts), log);
  });
});

describe('an HMM', () => {
  it('finds the likelihood that summing over all paths finds', () => {
    const random = createRandom(2);
    for (let trial = 0; trial < 20; trial++) {
      const size = { states: 1 + random.integer(3), components: 1 + random.integer(2), width: 2 };
      const hmm = randomHmm(size, random);
      const sequence = randomSequence(1 + random.integer(5), 2, random);
      close(logLikelihood(hmm, sequence), Math.log(byEnumeration(hmm, sequence, 2)));
    }
  });

  it('finds the same likelihood from both ends, at every frame', () => {
    const random = createRandom(3);
    const hmm = randomHmm({ states: 3, components: 2, width: 2 }, random);
    const sequence = randomSequence(12, 2, random);
    const fit = emitted(hmm, sequence);
    const both = forward(hmm, fit).map((alpha, i) => alpha + backward(hmm, fit)[i]!);
    for (let t = 0; t < 12; t++) close(logSum(both, 3 * t, 3), logLikelihood(hmm, sequence));
  });

  it('keeps a likelihood when states differ by more than a double can hold', () => {
    const emissions = [0, 1000].map(
      (mean) =>
        new GaussianMixture({
          weights: Float64Array.of(1),
          means: Float64Array.of(mean),
          variances: Float64Array.of(0.01),
        }),
    );
    const logStart = Float64Array.of(0, -Infinity);
    const logTransitions = Float64Array.of(0, -Infinity, -Infinity, 0);
    const found = logLikelihood({ logStart, logTransitions, emissions }, Float64Array.of(1000, 0));
    close(found, -(1000 ** 2) / 0.02 - Math.log(2 * Math.PI * 0.01));
  });
});
