import assert from 'node:assert/strict';
import type { CorpusClip } from '../../src/training/corpora/clip.ts';
import { foldOfSource, foldsOf, sidesOf } from '../../src/training/sides.ts';
import { readTrainingPlan, type TrainingPlan } from '../../src/training/training-plan.ts';

function clips(corpus: string, speakers: number): CorpusClip[] {
  return Array.from({ length: speakers * 4 }, (_, i) => {
    const speaker = `${corpus}-${String(1 + (i % speakers)).padStart(2, '0')}`;
    return { path: `${corpus}/${i}`, label: 'anger' as const, speaker, corpus };
  });
}

describe('sidesOf', () => {
  const all = [...clips('ravdess', 24), ...clips('nemo', 9), ...clips('other', 3)];
  let plan: TrainingPlan;

  before(async () => {
    const recipe = await readTrainingPlan('models/recipes/emotion-v2.json');
    const source = { licence: 'none', variants: 1 };
    const sources: TrainingPlan['sources'] = [
      { corpus: 'ravdess', protocol: 'emobox', ...source },
      { corpus: 'nemo', protocol: 'nemo-pairs', ...source },
      { corpus: 'other', ...source },
    ];
    plan = { ...recipe, sources };
  });

  it('holds the fold of every source with a protocol out, and learns from all of the rest', () => {
    for (const fold of foldsOf(all, plan)) {
      const { train, validation, test } = sidesOf(all, plan, fold);
      assert.equal(train.length + validation.length + test.length, all.length);
      const speakers = [train, validation, test].map((s) => new Set(s.map((c) => c.speaker)));
      const together = speakers.reduce((sum, side) => sum + side.size, 0);
      assert.equal(together, 36);
      assert.equal(train.filter(({ corpus }) => corpus === 'other').length, 12);
      for (const corpus of ['ravdess', 'nemo']) {
        assert.ok(test.some((clip) => clip.corpus === corpus));
        assert.ok(validation.some((clip) => clip.corpus === corpus));
      }
    }
  });

  it('learns from no source whom another one tests or validates on', () => {
    const again = all
      .filter(({ corpus }) => corpus === 'ravdess')
      .map((clip) => ({ ...clip, corpus: 'other', path: `again-${clip.path}` }));
    for (const fold of [1, 4]) {
      const { train, validation, test } = sidesOf([...all, ...again], plan, fold);
      const heldOut = new Set([...validation, ...test].map(({ speaker }) => speaker));
      assert.ok(train.length > 0 && train.every(({ speaker }) => !heldOut.has(speaker)));
    }
  });

  it('keeps back single clips, not speakers, where the protocol mixes speakers', () => {
    const source = {
      corpus: 'ravdess',
      protocol: 'random-10',
      licence: 'none',
      variants: 1,
    } as const;
    const own = clips('ravdess', 24);
    const { train, validation, test } = sidesOf(own, { ...plan, sources: [source] }, 1);
    assert.equal(new Set([...train, ...validation, ...test]).size, own.length);
    assert.equal(train.length + validation.length + test.length, own.length);
    assert.equal(new Set(train.map(({ speaker }) => speaker)).size, 24);
    assert.ok(validation.length > 4);
  });

  it('has as many folds as the first source, and counts round where another has fewer', () => {
    assert.deepEqual(foldsOf(all, plan), [1, 2, 3, 4, 5, 6]);
    assert.deepEqual(
      [1, 5, 6, 11].map((fold) => foldOfSource(fold, 5)),
      [1, 5, 1, 1],
    );
  });

  it('refuses a plan whose recordings are missing', () => {
    assert.throws(() => sidesOf(clips('ravdess', 24), plan, 1), {
      code: 'TW_TRAINING',
      message: /nemo/,
    });
  });
});
