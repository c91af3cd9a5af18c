import assert from 'node:assert/strict';
import { FIGURES, measure, speakerIntervals } from '../../src/evaluation/metrics.ts';
import { EMOTIONS, type Emotion } from '../../src/protocol/labels.ts';
import { createRandom } from '../../src/training/random.ts';

function judged(truth: Emotion, predicted: Emotion, times: number) {
  return new Array(times).fill({ truth, predicted });
}

function close(actual: number, expected: number) {
  assert.ok(Math.abs(actual - expected) < 1e-12, `${actual} is not ${expected}`);
}

/** Worked by hand: anger 3 of 4, sadness 1 of 2, fear 0 of 2 (one taken for anger, one for calm). */
const JUDGEMENTS = [
  ...judged('anger', 'anger', 3),
  ...judged('anger', 'sadness', 1),
  ...judged('sadness', 'sadness', 1),
  ...judged('sadness', 'anger', 1),
  ...judged('fear', 'anger', 1),
  ...judged('fear', 'calm', 1),
];

describe('measure', () => {
  it('gives the accuracies of a table worked by hand', () => {
    const metrics = measure(JUDGEMENTS);
    assert.equal(metrics.n, 8);
    close(metrics.accuracy, 4 / 8);
    close(metrics.unweightedAccuracy, (3 / 4 + 1 / 2 + 0) / 3);
    close(metrics.macroRecall, metrics.unweightedAccuracy);
    close(metrics.macroPrecision, (3 / 5 + 1 / 2 + 0) / 3);
    close(metrics.macroF1, (2 / 3 + 1 / 2 + 0) / 3);
  });

  it('gives each label that occurs its own figures, and no other label', () => {
    const { perClass } = measure(JUDGEMENTS);
    assert.deepEqual(Object.keys(perClass).sort(), ['anger', 'fear', 'sadness']);
    close(perClass.anger!.precision, 0.6);
    close(perClass.anger!.recall, 0.75);
    close(perClass.anger!.f1, 2 / 3);
    assert.equal(perClass.anger!.support, 4);
    assert.deepEqual(perClass.fear, { precision: 0, recall: 0, f1: 0, support: 2 });
  });

  it('counts truth in rows and predictions in columns', () => {
    const { confusion } = measure(JUDGEMENTS);
    const at = (label: Emotion) => EMOTIONS.indexOf(label);
    assert.deepEqual(confusion.labels, EMOTIONS);
    assert.equal(confusion.counts[at('fear')]![at('calm')], 1);
    assert.equal(confusion.counts[at('calm')]![at('fear')], 0);
    assert.equal(
      confusion.counts.flat().reduce((sum, count) => sum + count, 0),
      8,
    );
  });

  it('gives zeros, not NaN, for no judgements', () => {
    const { n, accuracy, unweightedAccuracy, macroPrecision, macroF1 } = measure([]);
    assert.deepEqual([n, accuracy, unweightedAccuracy, macroPrecision, macroF1], [0, 0, 0, 0, 0]);
  });
});

describe('speakerIntervals', () => {
  const ofSpeaker = (speaker: string, right: number, wrong: number) => [
    ...judged('anger', 'anger', right).map((judgement) => ({ ...judgement, speaker })),
    ...judged('anger', 'calm', wrong).map((judgement) => ({ ...judgement, speaker })),
  ];

  it('has no width when every speaker fares alike', () => {
    const judgements = ['a', 'b', 'c'].flatMap((speaker) => ofSpeaker(speaker, 3, 1));
    const { accuracy, unweightedAccuracy } = speakerIntervals(judgements, createRandom(1), 200);
    assert.deepEqual(accuracy, { low: 0.75, high: 0.75 });
    assert.deepEqual(unweightedAccuracy, { low: 0.75, high: 0.75 });
  });

  it('spans all outcomes of two speakers who differ', () => {
    // Both drawn twice happens a quarter of the time each, far beyond the 2.5 % tails.
    const judgements = [...ofSpeaker('good', 4, 0), ...ofSpeaker('bad', 0, 4)];
    const { accuracy } = speakerIntervals(judgements, createRandom(1), 500);
    assert.deepEqual(accuracy, { low: 0, high: 1 });
  });

  it('comes near the normal interval for many speakers', () => {
    const judgements = Array.from({ length: 100 }, (_, i) =>
      ofSpeaker(`s${i}`, i % 2 === 0 ? 1 : 0, i % 2 === 0 ? 0 : 1),
    ).flat();
    const { accuracy } = speakerIntervals(judgements, createRandom(2));
    // 0.5 ± 1.96 × √(0.25 / 100)
    assert.ok(Math.abs(accuracy.low - 0.402) < 0.02 && Math.abs(accuracy.high - 0.598) < 0.02);
  });

  it('gives each figure an interval around it', () => {
    const judgements = ['a', 'b', 'c', 'd', 'e'].flatMap((name, i) => [
      ...ofSpeaker(name, 6, i),
      ...judged('calm', 'calm', 4).map((judgement) => ({ ...judgement, speaker: name })),
    ]);
    const intervals = speakerIntervals(judgements, createRandom(3));
    const metrics = measure(judgements);
    for (const figure of FIGURES) {
      const { low, high } = intervals[figure];
      assert.ok(low < metrics[figure] && metrics[figure] < high, figure);
    }
  });

  it('gives the same interval for the same seed', () => {
    const judgements = ['a', 'b', 'c', 'd'].flatMap((name, i) => ofSpeaker(name, i + 1, 2));
    const interval = () => speakerIntervals(judgements, createRandom(5), 100);
    assert.deepEqual(interval(), interval());
  });
});
