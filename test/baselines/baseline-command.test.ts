import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCli } from '../cli/run-cli.ts';
import { writeSadAndAngry } from '../helpers/sad-and-angry.ts';

describe('tonewire baseline', function () {
  this.timeout(60_000);
  let folder: string;
  let manifest: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tonewire-baseline-'));
    manifest = await writeSadAndAngry(folder);
  });

  after(() => rm(folder, { recursive: true, force: true }));

  it('reports every fold and the pooled figures', async () => {
    const words = ['baseline', '--kind', 'svm', '--manifest', manifest, '--protocol', 'speakers-3'];
    const { code, stdout, stderr } = await runCli(words);
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
    assert.match(stdout, /^svm on 12 recordings \(speakers-3\)\n {2}unweighted accuracy +100\.0 %/);
    assert.match(stdout, /mean of 3 folds, unweighted accuracy 100\.0 % ± 0\.0 %/);
    assert.match(stdout, /fold 3 +100\.0 % +4 recordings +C \d/);
  });

  it('prints one fold as JSON', async () => {
    const source = ['--manifest', manifest, '--protocol', 'speakers-3', '--fold', '2'];
    const { code, stdout, stderr } = await runCli([
      'baseline',
      '--kind',
      'hmm',
      ...source,
      '--json',
    ]);
    assert.equal(code, 0, stderr);
    const result = JSON.parse(stdout);
    assert.deepEqual([result.kind, result.n, result.folds[0].fold], ['hmm', 4, 2]);
    assert.equal(result.unweightedAccuracy, 1);
  });

  it('compares settings only for the HMM, and on one fold', async () => {
    const words = ['baseline', '--kind', 'hmm', '--manifest', manifest, '--choose'];
    const { code, stderr } = await runCli(words);
    assert.equal(code, 2);
    assert.match(stderr, /^TW_USAGE: --choose goes with/);
  });
});
