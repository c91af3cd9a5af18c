import assert from 'node:assert/strict';
import { secondsHeard } from '../../src/evaluation/seconds-heard.ts';
import { SPEECH_MARKS_MS } from '../../src/evaluation/stream-clip.ts';
import { EMOTIONS } from '../../src/protocol/labels.ts';
import { readingOf, sureOf } from './reading-of.ts';

describe('secondsHeard', () => {
  /** Anger is known from 1 s on, fear from 2 s on, in a clip of 1.8 s only at its end. */
  const anger = readingOf(
    { path: 'a.wav', speaker: 'a', label: 'anger' },
    {
      speechMs: 3500,
      last: sureOf('anger'),
      atMarks: SPEECH_MARKS_MS.map((ms) => (ms < 1000 ? null : sureOf('anger'))),
    },
  );
  const fear = readingOf(
    { path: 'b.wav', speaker: 'b', label: 'fear' },
    {
      speechMs: 1800,
      last: sureOf('fear'),
      atMarks: SPEECH_MARKS_MS.map((ms) => sureOf(ms < 2000 ? 'calm' : 'fear')),
    },
  );
  const { marks, end, shareAfter1500Ms } = secondsHeard([anger, fear], EMOTIONS);

  it('judges what was known by each mark', () => {
    assert.deepEqual(
      marks.map(({ unweightedAccuracy }) => unweightedAccuracy),
      [0, 0.5, 0.5, 1, 1],
    );
    assert.equal(end.unweightedAccuracy, 1);
    assert.equal(shareAfter1500Ms, 0.5);
  });

  it('says how many clips hold so much speech', () => {
    assert.deepEqual(
      marks.map(({ reached }) => reached),
      [2, 2, 2, 1, 1],
    );
    assert.equal(end.speechMs, (3500 + 1800) / 2);
  });
});
