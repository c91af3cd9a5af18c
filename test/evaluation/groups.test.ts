import assert from 'node:assert/strict';
import { ageBand, byGroup, bySpeaker, spreadOf } from '../../src/evaluation/groups.ts';
import { judge } from '../../src/evaluation/judge.ts';
import { EMOTIONS, type Emotion } from '../../src/protocol/labels.ts';
import type { CorpusClip } from '../../src/training/corpora/clip.ts';
import { sureOf } from './reading-of.ts';

function judged(clip: Partial<CorpusClip>, answer: Emotion) {
  const whole = { path: 'x.wav', label: 'anger', speaker: 's', corpus: 'c', ...clip } as const;
  return judge(whole, sureOf(answer), EMOTIONS);
}

describe('byGroup', () => {
  it('compares only what the corpus says', () => {
    const groups = byGroup([
      judged({ gender: 'female', speaker: 'a' }, 'anger'),
      judged({ gender: 'female', speaker: 'b' }, 'calm'),
      judged({ gender: 'male', speaker: 'c' }, 'anger'),
      judged({ speaker: 'd' }, 'anger'),
    ]);
    assert.deepEqual(groups, [
      {
        trait: 'gender',
        rows: [
          { value: 'female', speakers: 2, n: 2, accuracy: 0.5, unweightedAccuracy: 0.5 },
          { value: 'male', speakers: 1, n: 1, accuracy: 1, unweightedAccuracy: 1 },
        ],
        unknown: 1,
      },
    ]);
  });

  it('puts ages into three bands', () => {
    assert.deepEqual([29, 30, 44, 45].map(ageBand), [
      'under 30',
      '30 to 44',
      '30 to 44',
      '45 and over',
    ]);
    const [age] = byGroup([judged({ ageYears: 20 }, 'anger'), judged({ ageYears: 74 }, 'anger')]);
    assert.deepEqual(
      age!.rows.map(({ value }) => value),
      ['under 30', '45 and over'],
    );
  });
});

describe('bySpeaker', () => {
  it('lists the speakers from the worst to the best', () => {
    const { rows, accuracy } = bySpeaker([
      judged({ speaker: 'good' }, 'anger'),
      judged({ speaker: 'bad' }, 'calm'),
    ]);
    assert.deepEqual(
      rows.map(({ speaker }) => speaker),
      ['bad', 'good'],
    );
    assert.deepEqual([accuracy.lowest, accuracy.median, accuracy.highest], [0, 0.5, 1]);
  });

  it('spreads as NumPy quantiles do', () => {
    assert.deepEqual(spreadOf([4, 1, 3, 2]), {
      lowest: 1,
      lowerQuartile: 1.75,
      median: 2.5,
      upperQuartile: 3.25,
      highest: 4,
    });
  });
});
