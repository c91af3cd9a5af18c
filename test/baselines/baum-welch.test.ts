import assert from 'node:assert/strict';
import fc from 'fast-check';
import { baumWelchStep } from '../../src/baselines/baum-welch.ts';
import { GaussianMixture } from '../../src/baselines/gaussian-mixture.ts';
import type { Hmm } from '../../src/baselines/hmm.ts';
import { startingHmm, TOPOLOGIES } from '../../src/baselines/hmm-start.ts';
import { createRandom } from '../../src/training/random.ts';
import { drawFrom, randomHmm, randomSequence } from './random-hmm.ts';

const FLOOR = 0.01;

function shareSums(logs: Float64Array, width: number): number[] {
  return Array.from({ length: logs.length / width }, (_, i) =>
    logs.subarray(i * width, (i + 1) * width).reduce((sum, log) => sum + Math.exp(log), 0),
  );
}

function assertNeverFalls(start: Hmm, sequences: readonly Float64Array[]) {
  let hmm = start;
  let before = Number.NEGATIVE_INFINITY;
  for (let round = 0; round < 12; round++) {
    const step = baumWelchStep(hmm, sequences, FLOOR);
    const slack = 1e-9 * Math.abs(step.logLikelihood);
    assert.ok(step.logLikelihood >= before - slack, `${before} fell to ${step.logLikelihood}`);
    before = step.logLikelihood;
    hmm = step.hmm;
  }
}

describe('baumWelchStep', () => {
  it('never lowers the likelihood, whatever it starts from', () => {
    const size = fc.record({
      states: fc.integer({ min: 1, max: 4 }),
      components: fc.integer({ min: 1, max: 3 }),
      width: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(size, fc.integer(), (drawn, seed) => {
        const random = createRandom(seed);
        const sequences = Array.from({ length: 3 }, () =>
          randomSequence(1 + random.integer(20), drawn.width, random),
        );
        assertNeverFalls(randomHmm(drawn, random), sequences);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('never lowers it from a k-means or equal-stretch start either', () => {
    const random = createRandom(4);
    const sequences = Array.from({ length: 6 }, () => randomSequence(15, 2, random));
    for (const topology of TOPOLOGIES) {
      const size = { topology, states: 3, components: 2 };
      assertNeverFalls(startingHmm(sequences, 2, size, FLOOR, random), sequences);
    }
  });

  it('keeps starts and transitions summing to one, and what cannot follow impossible', () => {
    const random = createRandom(5);
    const sequences = Array.from({ length: 4 }, () => randomSequence(10, 2, random));
    const size = { topology: 'left-to-right', states: 3, components: 1 } as const;
    const start = startingHmm(sequences, 2, size, FLOOR, random);
    const { hmm } = baumWelchStep(start, sequences, FLOOR);
    for (const sum of [...shareSums(hmm.logStart, 3), ...shareSums(hmm.logTransitions, 3)]) {
      assert.ok(Math.abs(sum - 1) < 1e-9, `${sum}`);
    }
    const [, , skip, back] = hmm.logTransitions;
    assert.deepEqual([hmm.logStart[1], skip, back], [-Infinity, -Infinity, -Infinity]);
  });

  it('recovers a source of two states', () => {
    const source: Hmm = {
      logStart: Float64Array.of(0.5, 0.5).map(Math.log),
      logTransitions: Float64Array.of(0.9, 0.1, 0.3, 0.7).map(Math.log),
      emissions: [-1, 1.5].map(
        (mean) =>
          new GaussianMixture({
            weights: Float64Array.of(1),
            means: Float64Array.of(mean),
            variances: Float64Array.of(0.5),
          }),
      ),
    };
    const random = createRandom(6);
    const sequences = Array.from({ length: 40 }, () => drawFrom(source, 100, random));
    const size = { topology: 'ergodic', states: 2, components: 1 } as const;
    let hmm = startingHmm(sequences, 1, size, FLOOR, random);
    for (let round = 0; round < 30; round++) hmm = baumWelchStep(hmm, sequences, FLOOR).hmm;
    const means = hmm.emissions.map(({ parameters }) => parameters.means[0]!);
    const [low, high] = means[0]! < means[1]! ? [0, 1] : [1, 0];
    const stays = [low, high].map((state) => Math.exp(hmm.logTransitions[3 * state]!));
    const variances = hmm.emissions.map(({ parameters }) => parameters.variances[0]!);
    const found = [means[low]!, means[high]!, ...stays, ...variances];
    [-1, 1.5, 0.9, 0.7, 0.5, 0.5].forEach((value, i) => {
      assert.ok(Math.abs(found[i]! - value) < 0.06, `${found[i]} for ${value}`);
    });
  });

  it('holds variances at the floor when all frames are alike', () => {
    const sequences = [new Float64Array(20)];
    const hmm = randomHmm({ states: 2, components: 2, width: 1 }, createRandom(7));
    const { emissions } = baumWelchStep(hmm, sequences, FLOOR).hmm;
    for (const { parameters } of emissions) {
      assert.deepEqual([...parameters.variances], [FLOOR, FLOOR]);
    }
  });
});
