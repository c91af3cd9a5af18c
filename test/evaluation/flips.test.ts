import assert from 'node:assert/strict';
import {
  flipsWithinClip,
  planLongStreams,
  summariseLongStreams,
} from '../../src/evaluation/flips.ts';
import { readingOf } from './reading-of.ts';

const ofSpeaker = (speaker: string, count: number, audioMs: number) =>
  Array.from({ length: count }, (_, i) =>
    readingOf({ path: `${speaker}-${i}.wav`, speaker, label: 'anger' }, { audioMs }),
  );

describe('planLongStreams', () => {
  it('gives every stream a minute or more of one speaker', () => {
    const readings = [...ofSpeaker('a', 50, 4000), ...ofSpeaker('b', 16, 4000)];
    const plans = planLongStreams(readings, 1);
    assert.deepEqual(
      plans.map(({ speaker, clips }) => [speaker, clips.length]),
      [
        ['a', 15],
        ['a', 15],
        ['a', 15],
        ['b', 15],
      ],
    );
    for (const { speaker, clips } of plans) {
      assert.ok(clips.every((clip) => clip.speaker === speaker));
    }
    const paths = plans.flatMap(({ clips }) => clips.map(({ path }) => path));
    assert.equal(new Set(paths).size, paths.length, 'no clip twice');
  });

  it('gives none to a speaker with less than a minute', () => {
    assert.deepEqual(planLongStreams(ofSpeaker('a', 14, 4000), 1), []);
  });

  it('shuffles the same way for the same seed, whoever else is there', () => {
    const own = ofSpeaker('a', 40, 4000);
    const alone = planLongStreams(own, 7);
    const among = planLongStreams([...ofSpeaker('b', 40, 4000), ...own], 7);
    assert.deepEqual(
      among.filter(({ speaker }) => speaker === 'a'),
      alone,
    );
    assert.notDeepEqual(planLongStreams(own, 8), alone);
  });
});

describe('flipsWithinClip', () => {
  it('forgives one flip a clip, which the change of clip explains', () => {
    assert.equal(flipsWithinClip([500, 5200, 5800, 9000, 12_000], [0, 5000, 10_000]), 2);
    assert.equal(flipsWithinClip([], [0, 5000]), 0);
  });
});

describe('summariseLongStreams', () => {
  it('counts a minute of audio over all streams', () => {
    const stream = { speaker: 'a', clips: 9, changes: 9, flips: 3, flipsWithinClip: 0 };
    const summary = summariseLongStreams([
      { ...stream, audioMs: 60_000, claimedMs: 30_000, rightlyClaimedMs: 6000 },
      { ...stream, audioMs: 120_000, claimedMs: 15_000, rightlyClaimedMs: 12_000 },
    ]);
    assert.equal(summary.minutes, 3);
    assert.equal(summary.changesAMinute, 6);
    assert.equal(summary.flipsAMinute, 2);
    assert.equal(summary.claimedShare, 0.25);
    assert.equal(summary.rightShareOfClaims, 0.4);
    assert.deepEqual([summary.streams, summary.speakers], [2, 1]);
  });

  it('gives zeros, not NaN, for no streams', () => {
    const { changesAMinute, claimedShare, rightShareOfClaims } = summariseLongStreams([]);
    assert.deepEqual([changesAMinute, claimedShare, rightShareOfClaims], [0, 0, null]);
  });
});
