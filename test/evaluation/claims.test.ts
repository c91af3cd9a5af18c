import assert from 'node:assert/strict';
import { claimCount, claimedMs, flipsAtMs, type LabelChange } from '../../src/evaluation/claims.ts';

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
