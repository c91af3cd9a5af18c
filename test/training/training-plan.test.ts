import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
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

  for (const [replacement, message] of [
    ['training.sead=7', /additional properties/],
    ['training.seed="x"', /seed must be integer/],
    ['nothing.at.all=1', /not a field/],
    ['training.seed', /not a field/],
    ['training.seed=x', /not JSON/],
  ] as const) {
    it(`refuses "${replacement}"`, () =>
      assert.rejects(readTrainingPlan(PATH, [replacement]), { code: 'TW_TRAINING', message }));
  }
});
