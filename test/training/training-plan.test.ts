import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { laterCopiesPlan } from '../../src/training/reader-plans.ts';
import { readTrainingPlan } from '../../src/training/training-plan.ts';

const FOLDER = 'models/recipes';
const PATH = join(FOLDER, 'emotion-v2.json');

describe('readTrainingPlan', () => {
  it('reads every recipe of the project', async () => {
    const files = await readdir(FOLDER);
    assert.ok(files.length > 1);
    for (const file of files) assert.ok((await readTrainingPlan(join(FOLDER, file))).model);
  });

  it('replaces fields by their path', async () => {
    const plan = await readTrainingPlan(PATH, [
      'training.seed=7',
      'augmentation.noise.probability=0',
      'training.featureGroups=["logMel"]',
      'sources.0.variants=3',
    ]);
    assert.equal(plan.training.seed, 7);
    assert.equal(plan.augmentation.noise!.probability, 0);
    assert.deepEqual(plan.training.featureGroups, ['logMel']);
    assert.equal(plan.sources[0]!.variants, 3);
  });

  it('gives what is learnt last copies of its own where it says so', async () => {
    const plan = await readTrainingPlan(PATH, [
      'laterCopies={"variants":{"nemo":9},"augmentation":{"noise":{"probability":1,"snrDb":[3,3]}}}',
    ]);
    const { laterCopies, ...own } = laterCopiesPlan(plan)!;
    assert.equal(laterCopies, undefined);
    assert.deepEqual(own.augmentation, {
      ...plan.augmentation,
      noise: { probability: 1, snrDb: [3, 3] },
    });
    const before = plan.sources.map(({ corpus, variants }) => [corpus, variants]);
    const after = before.map(([corpus, variants]) => [corpus, corpus === 'nemo' ? 9 : variants]);
    assert.deepEqual(
      own.sources.map(({ corpus, variants }) => [corpus, variants]),
      after,
    );
    const alone = await readTrainingPlan(join(FOLDER, 'ravdess-alone.json'));
    assert.equal(laterCopiesPlan(alone), undefined);
  });

  for (const [replacement, message] of [
    ['training.sead=7', /additional properties/],
    ['laterCopies={"variants":{},"augmentation":{"echo":1}}', /additional properties/],
    ['laterCopies={"variants":{"nemu":8},"augmentation":{}}', /nemu is no source/],
    ['training.seed="x"', /seed must be integer/],
    ['nothing.at.all=1', /not a field/],
    ['training.seed', /not a field/],
    ['training.seed=x', /not JSON/],
  ] as const) {
    it(`refuses "${replacement}"`, () =>
      assert.rejects(readTrainingPlan(PATH, [replacement]), { code: 'TW_TRAINING', message }));
  }
});
