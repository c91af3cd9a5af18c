import assert from 'node:assert/strict';
import { AttentionTrace } from '../../src/pipeline/attention-trace.ts';

const DECAY = 0.01;

/** The running attention's normaliser after all `scores`, by its definition. */
function logNormaliser(scores: readonly number[]): number {
  const last = scores.length - 1;
  return Math.log(scores.reduce((sum, s, i) => sum + Math.exp(s - (last - i) * DECAY), 0));
}

describe('attention trace', () => {
  it('gives every stretch its share of the running attention, all together one', () => {
    const steps = [
      [0.1, 0.5, -1],
      [2, 1.5],
      [-0.5, 0, 0.25, 1],
    ];
    const trace = new AttentionTrace(DECAY);
    const heard: number[] = [];
    steps.forEach((scores, i) => {
      heard.push(...scores);
      const span = { startMs: i * 100, endMs: i * 100 + 100 };
      trace.add(span, Float32Array.from(scores), logNormaliser(heard));
    });
    const weights = trace.weights();
    const normaliser = logNormaliser(heard);
    const weigh = (i: number) => Math.exp(heard[i]! - (heard.length - 1 - i) * DECAY - normaliser);
    const expected = [
      weigh(0) + weigh(1) + weigh(2),
      weigh(3) + weigh(4),
      weigh(5) + weigh(6) + weigh(7) + weigh(8),
    ];
    assert.deepEqual(weights[1], { startMs: 100, endMs: 200, weight: weights[1]!.weight });
    for (const [i, share] of expected.entries()) {
      assert.ok(Math.abs(weights[i]!.weight - share) <= 5.1e-5);
    }
    assert.ok(Math.abs(weights.reduce((sum, { weight }) => sum + weight, 0) - 1) < 2e-4);
  });

  it('keeps a bounded number of stretches, and their shares then sum to less than one', () => {
    const trace = new AttentionTrace(DECAY);
    const heard: number[] = [];
    for (let i = 0; i < 100; i++) {
      heard.push(0);
      trace.add({ startMs: i, endMs: i + 1 }, Float32Array.of(0), logNormaliser(heard));
    }
    const weights = trace.weights();
    assert.equal(weights.length, 16);
    assert.equal(weights.at(-1)!.endMs, 100);
    assert.ok(weights.reduce((sum, { weight }) => sum + weight, 0) < 0.5);
  });
});
