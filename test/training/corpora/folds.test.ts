import assert from 'node:assert/strict';
import fc from 'fast-check';
import { EMOTIONS } from '../../../src/protocol/labels.ts';
import type { CorpusClip } from '../../../src/training/corpora/clip.ts';
import {
  foldCount,
  type Protocol,
  split,
  validationCut,
} from '../../../src/training/corpora/folds.ts';

function clipsOf(speakers: readonly string[], clipsEach = 8): CorpusClip[] {
  return speakers.flatMap((speaker) =>
    Array.from({ length: clipsEach }, (_, i) => ({
      path: `${speaker}/${i}.wav`,
      label: EMOTIONS[i % EMOTIONS.length]!,
      speaker,
      corpus: 'made-up',
    })),
  );
}

function named(prefix: string, first: number, last: number, digits: number): string[] {
  return Array.from(
    { length: last - first + 1 },
    (_, i) => `${prefix}-${String(first + i).padStart(digits, '0')}`,
  );
}

const RAVDESS = clipsOf(named('ravdess', 1, 24, 2));
const CREMAD = clipsOf(named('cremad', 1001, 1091, 4));
const NEMO = clipsOf(['EB0', 'IC0', 'KD0', 'KS0', 'MK0', 'MP0', 'SM0', 'TP0', 'WR0']);

const speakers = (clips: readonly CorpusClip[]) => new Set(clips.map((clip) => clip.speaker));

describe('split', () => {
  const cases: [Protocol, CorpusClip[], number][] = [
    ['emobox', RAVDESS, 6],
    ['reslstm', RAVDESS, 5],
    ['cremad-blocks', CREMAD, 5],
    ['nemo-pairs', NEMO, 5],
    ['speakers-4', NEMO, 4],
    ['random-10', RAVDESS, 10],
  ];
  for (const [protocol, clips, count] of cases) {
    it(`tests every clip in just one of the ${count} folds of ${protocol}`, () => {
      assert.equal(foldCount(clips, protocol), count);
      const tested: string[] = [];
      for (let fold = 1; fold <= count; fold++) {
        const { train, test } = split(clips, protocol, fold);
        tested.push(...test.map((clip) => clip.path));
        const both = new Set([...train, ...test].map((clip) => clip.path));
        assert.equal(both.size, clips.length);
        assert.equal(train.length + test.length, clips.length);
      }
      assert.equal(new Set(tested).size, clips.length);
      assert.equal(tested.length, clips.length);
    });
  }

  it('holds out actors 1, 11, 20 and 21 in the first fold of EmoBox', () => {
    const { test } = split(RAVDESS, 'emobox', 1);
    assert.deepEqual([...speakers(test)], ['ravdess-01', 'ravdess-11', 'ravdess-20', 'ravdess-21']);
  });

  it('never puts a speaker on both sides unless the protocol says random', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 4, maxLength: 12 }),
        fc.integer({ min: 2, max: 4 }),
        fc.integer(),
        (names, count, seed) => {
          for (let fold = 1; fold <= count; fold++) {
            const { train, test } = split(clipsOf(names), `speakers-${count}`, fold, seed);
            for (const speaker of speakers(test)) assert.ok(!speakers(train).has(speaker));
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('mixes speakers in random folds, and spreads each label evenly', () => {
    const { train, test } = split(RAVDESS, 'random-6', 2);
    assert.ok([...speakers(test)].some((speaker) => speakers(train).has(speaker)));
    const counts = EMOTIONS.map((label) => test.filter((clip) => clip.label === label).length);
    assert.deepEqual(counts, new Array(8).fill(4));
  });

  it('draws the same random folds for the same seed and others for another', () => {
    const paths = (seed: number) =>
      split(RAVDESS, 'random-10', 1, seed).test.map((clip) => clip.path);
    assert.deepEqual(paths(3), paths(3));
    assert.notDeepEqual(paths(3), paths(4));
  });

  it('refuses a fold that is not there and a corpus it was not made for', () => {
    assert.throws(() => split(RAVDESS, 'emobox', 7), /folds 1 to 6/);
    assert.throws(() => split(RAVDESS, 'emobox', 0), /folds 1 to 6/);
    assert.throws(() => split(NEMO, 'emobox', 1), /leaves no test clips/);
    assert.throws(() => split(NEMO, 'speakers-1', 1), /at least two/);
  });
});

describe('validationCut', () => {
  it('holds back whole speakers, the same for the same seed', () => {
    const { train, test } = validationCut(RAVDESS, 0.15, 5);
    assert.equal(speakers(test).size, 4);
    for (const speaker of speakers(test)) assert.ok(!speakers(train).has(speaker));
    assert.equal(train.length + test.length, RAVDESS.length);
    assert.deepEqual(validationCut(RAVDESS, 0.15, 5).test, test);
    assert.notDeepEqual(validationCut(RAVDESS, 0.15, 6).test, test);
  });

  it('refuses to leave nobody to train on', () => {
    assert.throws(() => validationCut(clipsOf(['only']), 0.1, 1), /leaves none of 1 speakers/);
  });
});
