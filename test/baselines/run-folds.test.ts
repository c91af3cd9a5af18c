import assert from 'node:assert/strict';
import { cepstra } from '../../src/baselines/cepstra.ts';
import { hmmBaseline } from '../../src/baselines/hmm-baseline.ts';
import { compareHmmSettings, type TriedSettings } from '../../src/baselines/hmm-choice.ts';
import { CENTRINGS, hmmForms, hmmSizes } from '../../src/baselines/hmm-settings.ts';
import { innerFolds } from '../../src/baselines/inner-folds.ts';
import { majority } from '../../src/baselines/majority.ts';
import { runFolds } from '../../src/baselines/run-folds.ts';
import { energy, svm } from '../../src/baselines/svm.ts';
import { featureOffset } from '../../src/pipeline/features/layout.ts';
import type { Emotion } from '../../src/protocol/labels.ts';
import { madeClips, madeFrames } from './made-clips.ts';

const LABELS: readonly Emotion[] = ['neutral', 'sadness', 'anger'];
const PLAN = { protocol: 'speakers-3', folds: [1, 2, 3], seed: 1 } as const;
const SMALL_HMM = {
  topology: 'ergodic',
  states: 2,
  components: 1,
  centring: 'none',
} as const;

describe('baselines', () => {
  const clips = madeClips(LABELS);

  for (const [name, baseline] of Object.entries({ energy, svm, hmm: hmmBaseline(SMALL_HMM) })) {
    it(`${name} learns labels that differ, and answers the same again`, async () => {
      const { result } = await runFolds(baseline, clips, PLAN);
      assert.ok(result.unweightedAccuracy > 0.9, `${result.unweightedAccuracy}`);
      assert.deepEqual((await runFolds(baseline, clips, PLAN)).result, result);
    });

    it(`${name} is at chance on labels that do not differ`, async () => {
      const same = madeClips(LABELS, { apart: 0, clipsEach: 4 });
      const { unweightedAccuracy } = (await runFolds(baseline, same, PLAN)).result;
      // A third of 72; four standard deviations are 0.22.
      assert.ok(Math.abs(unweightedAccuracy - 1 / 3) < 0.22, `${unweightedAccuracy}`);
    });
  }

  it('majority answers the commonest label of the training side', async () => {
    const more = clips.filter(({ clip }) => clip.label !== 'anger' || clip.path.includes('-0.'));
    const { result } = await runFolds(majority, more, PLAN);
    assert.equal(result.unweightedAccuracy, 1 / 3);
    assert.ok(result.folds.every(({ chosen }) => chosen === 'neutral'));
  });
});

describe('runFolds', () => {
  it('judges every recording once, and means the folds', async () => {
    const { result } = await runFolds(svm, madeClips(LABELS), PLAN);
    const { n, folds, foldsUnweightedAccuracy } = result;
    assert.deepEqual([n, folds.map((fold) => fold.n)], [36, [12, 12, 12]]);
    const sum = folds.reduce((total, fold) => total + fold.unweightedAccuracy, 0);
    assert.equal(foldsUnweightedAccuracy.mean, sum / 3);
  });

  it('answers neutral where no speech was heard, and learns nothing from it', async () => {
    const clips = madeClips(LABELS).map((item, i) =>
      i % 6 === 0 ? { ...item, frames: new Float32Array(0) } : item,
    );
    const { unheard, confusion } = (await runFolds(svm, clips, PLAN)).result;
    assert.equal(unheard, 6);
    assert.equal(confusion.counts[0]![0], 12);
  });
});

describe('innerFolds', () => {
  it('never puts a speaker on both sides, and tests each recording once', () => {
    const clips = madeClips(LABELS);
    const folds = innerFolds(clips, 1);
    for (const { train, test } of folds) {
      const taught = new Set(train.map(({ clip }) => clip.speaker));
      assert.ok(test.every(({ clip }) => !taught.has(clip.speaker)));
      assert.equal(train.length + test.length, clips.length);
    }
    assert.equal(new Set(folds.flatMap(({ test }) => test)).size, clips.length);
  });
});

describe('the HMM settings', () => {
  it('are compared without trying any twice', () => {
    const forms = hmmForms();
    const tried = [...forms, ...hmmSizes(forms[1]!)];
    assert.equal(new Set(tried.map((settings) => JSON.stringify(settings))).size, 14);
    assert.equal(tried.length, 14);
  });

  it('are told as they are tried, and returned best first', () => {
    const clips = madeClips(LABELS, { speakers: 3, clipsEach: 1, apart: 0.2 });
    const told: TriedSettings[] = [];
    const tried = compareHmmSettings(clips, 1, (one) => told.push(one));
    assert.equal(told.length, 14);
    const figures = told.map(({ innerAccuracy }) => innerAccuracy);
    assert.deepEqual(
      tried.map(({ innerAccuracy }) => innerAccuracy),
      figures.toSorted((a, b) => b - a),
    );
  });

  it('centre nothing, the level, or all MFCC, and never the differences', () => {
    const first = featureOffset('mfcc');
    const frames = madeFrames(2, (t, vector) => vector.fill(1 + 2 * t, first));
    const before = [1, 3];
    const after = [-1, 1];
    const expected = { none: [before, before], level: [after, before], mfcc: [after, after] };
    for (const centring of CENTRINGS) {
      const sequence = cepstra(frames, centring);
      const column = (i: number) => [sequence[i]!, sequence[39 + i]!];
      assert.deepEqual([column(0), column(12)], expected[centring]);
      assert.deepEqual(column(13), before);
    }
  });
});
