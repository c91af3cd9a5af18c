import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { foldModels, meanAndDeviation } from '../../src/evaluation/cross-validation.ts';

describe('foldModels', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tonewire-folds-'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const addModel = (path: string) => {
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'manifest.json'), '{}');
  };

  it('gives one model a fold', () => {
    for (const fold of [1, 2, 3]) addModel(join(folder, `fold-${fold}`));
    const wanted = [1, 2, 3].map((fold) => join(folder, `fold-${fold}`));
    assert.deepEqual(foldModels(folder, [1, 2, 3]), wanted);
    assert.deepEqual(foldModels(folder, [2]), [wanted[1]]);
  });

  it('takes a single model for a single fold', () => {
    addModel(folder);
    assert.deepEqual(foldModels(folder, [2]), [folder]);
  });

  it('refuses a single model, which would judge speakers that it learned from', () => {
    addModel(folder);
    assert.throws(() => foldModels(folder, [1, 2, 3]), {
      code: 'TW_USAGE',
      message: /is one model/,
    });
  });

  it('names the fold that is missing', () => {
    addModel(join(folder, 'fold-1'));
    assert.throws(() => foldModels(folder, [1, 2]), { code: 'TW_USAGE', message: /fold-2/ });
  });
});

describe('meanAndDeviation', () => {
  it('is that of a sample', () => {
    assert.deepEqual(meanAndDeviation([2, 4, 6]), { mean: 4, deviation: 2 });
    assert.deepEqual(meanAndDeviation([5]), { mean: 5, deviation: 0 });
  });
});
