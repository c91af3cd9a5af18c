import assert from 'node:assert/strict';
import type { SpeakerJudgement } from '../../src/evaluation/metrics.ts';
import { pairedDifference } from '../../src/evaluation/paired-difference.ts';
import { createRandom } from '../../src/training/random.ts';

/** Twenty speakers; `right` says of whom both of the speaker's recordings are answered rightly. */
function judged(right: (speaker: number) => boolean): SpeakerJudgement[] {
  return Array.from({ length: 20 }, (_, speaker) => speaker).flatMap((speaker) =>
    (['anger', 'sadness'] as const).map((truth) => ({
      truth,
      predicted: right(speaker) ? truth : ('fear' as const),
      speaker: `s${speaker}`,
    })),
  );
}

describe('pairedDifference', () => {
  it('is nothing, surely, for two methods that give the same answers', () => {
    const answers = judged((speaker) => speaker % 2 === 0);
    const same = pairedDifference(answers, answers, createRandom(1));
    assert.deepEqual(same, { difference: 0, low: 0, high: 0 });
  });

  it('is sure of a small lead that every speaker shares, as two intervals apart could not be', () => {
    const hard = judged((speaker) => speaker % 2 === 0);
    const ahead = hard.map((one) =>
      one.truth === 'anger' ? { ...one, predicted: one.truth } : one,
    );
    const { difference, low, high } = pairedDifference(ahead, hard, createRandom(1));
    assert.equal(difference, 0.25);
    assert.ok(low > 0.1 && high < 0.4, `${low} to ${high}`);
  });

  it('turns its sign with the order', () => {
    const [one, other] = [judged((s) => s < 15), judged((s) => s < 5)];
    const forth = pairedDifference(one, other, createRandom(1));
    const back = pairedDifference(other, one, createRandom(1));
    assert.equal(forth.difference, 0.5);
    assert.ok(Math.abs(forth.low + back.high) < 1e-12 && Math.abs(forth.high + back.low) < 1e-12);
  });
});
