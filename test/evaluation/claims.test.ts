import assert from 'node:assert/strict';
import {
  claimCount,
  claimedMs,
  flipsAtMs,
  type LabelChange,
  rightlyClaimedMs,
} from '../../src/evaluation/claims.ts';

/** Ten seconds: listening, anger from 1 s, unsure from 3 s, anger again from 4 s, calm from 8 s. */
const CHANGES: readonly LabelChange[] = [
  { atMs: 1000, to: 'anger' },
  { atMs: 3000, to: 'uncertain' },
  { atMs: 4000, to: 'anger' },
  { atMs: 8000, to: 'calm' },
];

describe('claims on a stream', () => {
  it('last until another label is shown, the last to the end', () => {
    assert.equal(claimedMs(CHANGES, 10_000), 2000 + 4000 + 2000);
    assert.equal(claimedMs([], 10_000), 0);
  });

  it('are right while what they claim is being spoken', () => {
    const spoken = [
      { startMs: 0, label: 'anger' },
      { startMs: 5000, label: 'calm' },
    ] as const;
    // Anger from 1 to 3 and 4 to 5 s, then on for three seconds of calm; calm from 8 s.
    assert.equal(rightlyClaimedMs(CHANGES, 10_000, spoken), 2000 + 1000 + 2000);
    assert.equal(rightlyClaimedMs(CHANGES, 9000, spoken), 2000 + 1000 + 1000);
    assert.equal(rightlyClaimedMs([], 10_000, spoken), 0);
  });

  it('do not outlast the stream', () => {
    assert.equal(claimedMs([{ atMs: 900, to: 'fear' }], 800), 0);
  });

  it('are counted each time an emotion comes to be shown', () => {
    assert.equal(claimCount(CHANGES), 3);
  });

  it('flip only from one emotion to another', () => {
    assert.deepEqual(flipsAtMs(CHANGES), [8000]);
  });
});
