import assert from 'node:assert/strict';
import fc from 'fast-check';
import { EMOTIONS } from '../../../src/protocol/labels.ts';
import type { CorpusClip } from '../../../src/training/corpora/clip.ts';
import {
  foldCount,
  PROTOCOL_PATTERN,
  PROTOCOLS,
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
      sentence: i < clipsEach / 2 ? '01' : '02',
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
const IEMOCAP = clipsOf(
  ['01', '02', '03', '04', '05'].flatMap((session) => [
    `iemocap-${session}F`,
    `iemocap-${session}M`,
  ]),
);

/** A fold all of whose test speakers are missing is refused; there is then nothing to compare. */
function splitOrNull(clips: readonly CorpusClip[], protocol: Protocol, fold: number) {
  try {
    return split(clips, protocol, fold);
  } catch (error) {
    assert.match(String(error), /leaves no (test|training) clips/);
    return null;
  }
}

const speakers = (clips: readonly CorpusClip[]) => new Set(clips.map((clip) => clip.speaker));

describe('split', () => {
  const cases: [Protocol, CorpusClip[], number][] = [
    ['emobox', RAVDESS, 6],
    ['reslstm', RAVDESS, 5],
    ['cremad-blocks', CREMAD, 5],
    ['nemo-pairs', NEMO, 5],
    ['iemocap-sessions', IEMOCAP, 5],
    ['loso', NEMO, 9],
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

  it('holds out both speakers of a session of IEMOCAP', () => {
    const { test } = split(IEMOCAP, 'iemocap-sessions', 3);
    assert.deepEqual([...speakers(test)], ['iemocap-03F', 'iemocap-03M']);
  });

  it('parts both speakers and sentences in the twelve folds of sentence-disjoint', () => {
    assert.equal(foldCount(RAVDESS, 'sentence-disjoint'), 12);
    const tested: string[] = [];
    for (let fold = 1; fold <= 12; fold++) {
      const { train, test } = split(RAVDESS, 'sentence-disjoint', fold);
      const sentences = (side: readonly CorpusClip[]) => new Set(side.map((clip) => clip.sentence));
      const held = fold % 2 === 1 ? '01' : '02';
      assert.deepEqual([...sentences(test)], [held]);
      assert.deepEqual([...sentences(train)], [held === '01' ? '02' : '01']);
      const emobox = split(RAVDESS, 'emobox', Math.ceil(fold / 2));
      assert.deepEqual(speakers(test), speakers(emobox.test));
      assert.deepEqual(speakers(train), speakers(emobox.train));
      tested.push(...test.map((clip) => clip.path));
    }
    assert.equal(tested.length, RAVDESS.length);
    assert.equal(new Set(tested).size, RAVDESS.length);
  });

  it('never puts a speaker on both sides, whatever clips are missing', () => {
    const protocols: [Protocol, CorpusClip[]][] = [
      ['emobox', RAVDESS],
      ['reslstm', RAVDESS],
      ['sentence-disjoint', RAVDESS],
      ['cremad-blocks', CREMAD],
      ['nemo-pairs', NEMO],
      ['iemocap-sessions', IEMOCAP],
      ['loso', IEMOCAP],
    ];
    for (const [protocol, clips] of protocols) {
      fc.assert(
        fc.property(fc.subarray(clips, { minLength: clips.length / 2 }), (some) => {
          const tested = new Set<CorpusClip>();
          for (let fold = 1; fold <= foldCount(some, protocol); fold++) {
            const sides = splitOrNull(some, protocol, fold);
            if (sides === null) continue;
            for (const speaker of speakers(sides.test)) {
              assert.ok(!speakers(sides.train).has(speaker), `${protocol} ${fold}: ${speaker}`);
            }
            for (const clip of sides.test) assert.ok(!tested.has(clip) && tested.add(clip));
          }
        }),
        { numRuns: 10 },
      );
    }
  });

  it('never puts a speaker on both sides of a draw of speakers', () => {
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

  it('draws the speakers that it has always drawn', () => {
    assert.deepEqual([...speakers(split(NEMO, 'speakers-4', 1, 1).test)], ['IC0', 'KD0', 'TP0']);
  });

  it('refuses a fold that is not there and a corpus it was not made for', () => {
    assert.throws(() => split(RAVDESS, 'emobox', 7), /folds 1 to 6/);
    assert.throws(() => split(RAVDESS, 'emobox', 0), /folds 1 to 6/);
    assert.throws(() => split(NEMO, 'emobox', 1), /leaves no test clips/);
    assert.throws(() => split(NEMO, 'sentence-disjoint', 1), /leaves no training clips/);
    assert.throws(() => split(NEMO, 'speakers-1', 1), /at least two/);
    assert.throws(() => split(NEMO, 'best' as Protocol, 1), /"best" is not a protocol.*loso/);
  });
});

describe('PROTOCOL_PATTERN', () => {
  it('takes every protocol and nothing else', () => {
    const pattern = new RegExp(PROTOCOL_PATTERN);
    for (const name of PROTOCOLS) assert.match(name.replace('<k>', '10'), pattern);
    for (const name of ['', 'random', 'random-x', 'emobox-2', 'xloso', 'toString']) {
      assert.doesNotMatch(name, pattern);
    }
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
