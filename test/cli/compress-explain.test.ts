import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadModelFolder } from '../../src/pipeline/model-folder.ts';
import { concat, silence, vowel } from '../helpers/signals.ts';
import { wav } from '../helpers/wav.ts';
import { type RandomModelFolder, randomModelFolder } from './random-model-folder.ts';
import { runCli } from './run-cli.ts';

const RATE_HZ = 16000;

describe('tonewire compress and explain', function () {
  this.timeout(120_000);
  let folder: string;
  let model: RandomModelFolder;
  let manifest: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tonewire-compress-'));
    model = await randomModelFolder();
    const rows = ['path,label,speaker'];
    for (const [n, label] of ['sad', 'angry', 'sad', 'angry'].entries()) {
      const voice = vowel(110 + 40 * n, RATE_HZ, 1.2, { syllablesHz: 3 });
      await writeFile(join(folder, `${n}.wav`), wav(concat(silence(RATE_HZ, 0.3), voice), RATE_HZ));
      rows.push(`${n}.wav,${label},speaker-${n % 2}`);
    }
    manifest = join(folder, 'clips.csv');
    await writeFile(manifest, `${rows.join('\n')}\n`);
  });

  after(async () => {
    model.remove();
    await rm(folder, { recursive: true, force: true });
  });

  it('write a smaller model and set it beside the original', async () => {
    const out = join(folder, 'small');
    const words = ['compress', '--model', model.path, '--int8', '--out', out];
    const { code, stdout, stderr } = await runCli([...words, '--manifest', manifest]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /random-v1 +random-v1-int8 +ratio/);
    assert.match(stdout, /model\.onnx, KiB +1280 +342 +× 0\.27/);
    assert.match(stdout, /batch 64 +\d+\.\d+ +\d+\.\d+ +× \d/);
    assert.match(stdout, /unweighted accuracy, %, 4 clips +\d+\.\d +\d+\.\d/);
    assert.equal((await loadModelFolder(out)).manifest.quantization, 'int8');
  });

  it('refuse to compress in no way', async () => {
    const { code, stderr } = await runCli(['compress', '--out', join(folder, 'none')]);
    assert.equal(code, 2);
    assert.match(stderr, /^TW_USAGE: Give --int8 or --prune SHARE/);
  });

  it('warn that a model may have learned from the fold that is asked for', async () => {
    const path = join(folder, 'fold-1');
    await cp(model.path, path, { recursive: true });
    const file = join(path, 'manifest.json');
    const metrics = { protocol: 'manifest speakers-2; fold 1 held out' };
    const about = { ...JSON.parse(await readFile(file, 'utf8')), metrics };
    await writeFile(file, JSON.stringify(about));
    const words = ['explain', '--model', path, '--manifest', manifest, '--protocol', 'speakers-2'];
    const [held, other] = [await runCli(words), await runCli([...words, '--fold', '2'])];
    assert.deepEqual([held.code, other.code], [0, 0], held.stderr + other.stderr);
    const doubt = /may have learned from .* fold 1 of speakers-2, not fold 2 of speakers-2/;
    assert.doesNotMatch(held.stderr, doubt);
    assert.match(other.stderr, doubt);
  });

  it('say of every explanation whether it passes, in words and as JSON', async () => {
    const words = ['explain', '--model', model.path, '--manifest', manifest];
    const shown = await runCli(words);
    assert.equal(shown.code, 0, shown.stderr);
    assert.match(shown.stdout, /^Attention weight, by stretches of 256 ms: (passes|fails)/m);
    assert.match(shown.stdout, /^Stretches of 32 ms, masked \(4 utterances, 2 speakers\)$/m);
    const { stdout } = await runCli([...words, '--json']);
    const result = JSON.parse(stdout);
    assert.deepEqual([result.tables.length, result.verdicts.length], [4, 6]);
    assert.equal(result.tables[0].utterances, 4);
  });
});
