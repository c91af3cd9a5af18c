import assert from 'node:assert/strict';
import { asServed } from '../../src/evaluation/as-served.ts';
import { EMOTIONS, type Emotion } from '../../src/protocol/labels.ts';
import { readingOf, sureOf } from './reading-of.ts';

const LABELS = ['neutral', 'sadness'] as const satisfies Emotion[];

function heard(label: Emotion, as: Emotion) {
  return readingOf({ path: `${label}-${as}.wav`, label, speaker: 'one' }, { last: sureOf(as) });
}

describe('asServed', () => {
  it('counts what is heard as a label that the corpus does not have', () => {
    const readings = [
      heard('neutral', 'neutral'),
      heard('sadness', 'calm'),
      heard('sadness', 'calm'),
      heard('sadness', 'sadness'),
    ];
    const served = asServed(readings, LABELS, EMOTIONS)!;
    assert.equal(served.accuracy, 0.5);
    assert.equal(served.unweightedAccuracy, (1 + 1 / 3) / 2);
    assert.equal(served.otherLabels.calm, 0.5);
    assert.equal(served.otherLabels.surprise, 0);
    assert.equal('sadness' in served.otherLabels, false);
    const { labels, counts } = served.confusion;
    assert.equal(counts[labels.indexOf('sadness')]![labels.indexOf('calm')], 2);
  });

  it('is nothing where all that may be told counts anyway', () => {
    assert.equal(asServed([heard('neutral', 'neutral')], EMOTIONS, EMOTIONS), null);
    assert.equal(asServed([heard('neutral', 'neutral')], LABELS, ['neutral']), null);
  });
});
