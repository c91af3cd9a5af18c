import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadModelFolder } from '../../src/pipeline/model-folder.ts';
import { writeSadAndAngry } from '../helpers/sad-and-angry.ts';
import { vowel } from '../helpers/signals.ts';
import { wav } from '../helpers/wav.ts';
import { runCli } from './run-cli.ts';

describe('tonewire train and evaluate', function () {
  this.timeout(120_000);
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tonewire-train-'));
  });

  after(() => rm(folder, { recursive: true, force: true }));

  /** The shipped recipe, made small. */
  async function makeRecipe(): Promise<string> {
    const recipe = JSON.parse(await readFile('models/recipes/emotion-v2.json', 'utf8'));
    const small = { members: 2, convChannels: 8, hiddenUnits: 8, attentionUnits: 4, denseUnits: 8 };
    const network = { ...recipe.training.network, ...small };
    const distillation = { teachers: 1, epochs: 1, share: 0.7 };
    const statistics = { ...recipe.training.statistics, epochs: 1 };
    const calls = { ...recipe.training.calls, epochs: 1 };
    const more = { network, distillation, statistics, calls };
    const training = { ...recipe.training, epochs: 2, batchSize: 4, ...more };
    const augmentation = { speed: recipe.augmentation.speed };
    const path = join(folder, 'recipe.json');
    const sources = [{ ...recipe.sources[0], variants: 2 }];
    const laterCopies = { variants: { ravdess: 1 }, augmentation: {} };
    const own = { sources, augmentation, laterCopies, training };
    const without = { ...recipe, ...own, background: undefined };
    await writeFile(path, JSON.stringify(without));
    return path;
  }

  it('make a model folder from labelled recordings and measure it', async () => {
    const manifest = await writeSadAndAngry(folder);
    const out = join(folder, 'mine');
    const recipe = await makeRecipe();
    const words = ['train', '--recipe', recipe, '--manifest', manifest, '--out', out];
    const trained = await runCli(words);
    assert.equal(trained.code, 0, trained.stderr);
    assert.match(trained.stdout, /^mine written to .*mine, temperature \d/);
    const sides = /train: .* of (.*)\n {2}validation: .* of (.*)\n {2}test: .* of (.*)\n/.exec(
      trained.stderr,
    );
    const speakers = sides!.slice(1).flatMap((side) => side.split(', '));
    assert.equal(speakers.length, 6);
    assert.equal(new Set(speakers).size, 6, 'no speaker on two sides');
    assert.match(trained.stderr, /epoch 2\/2 {2}loss \d/);
    assert.equal((await loadModelFolder(out)).manifest.id, 'mine');

    const codec = ['--codec', 'mulaw8k', '--json'];
    const measured = await runCli(['evaluate', '--model', out, '--manifest', manifest, ...codec]);
    assert.equal(measured.code, 0, measured.stderr);
    const result = JSON.parse(measured.stdout).overall;
    assert.equal(result.n, 12);
    assert.equal(result.unheard, 0);
    for (const key of [
      'accuracy',
      'unweightedAccuracy',
      'macroPrecision',
      'macroRecall',
      'macroF1',
    ]) {
      assert.ok(result[key] >= 0 && result[key] <= 1, key);
    }
    assert.deepEqual(Object.keys(result.perClass), ['sadness', 'anger']);
    assert.equal(
      result.confusion.counts.flat().reduce((a: number, b: number) => a + b),
      12,
    );
  });

  it('make a model for every fold, and go on where they were interrupted', async () => {
    const manifest = await writeSadAndAngry(folder);
    const recipe = await makeRecipe();
    const out = join(folder, 'folds');
    const words = [
      ...['train', '--recipe', recipe, '--manifest', manifest, '--out', out, '--fold', 'all'],
      ...['--cache', join(folder, 'features')],
    ];
    const trained = await runCli([...words, '--epochs', '1']);
    assert.equal(trained.code, 0, trained.stderr);
    const tested: string[] = [];
    for (const fold of [1, 2, 3, 4, 5]) {
      assert.equal((await loadModelFolder(join(out, `fold-${fold}`))).manifest.id, 'folds');
      const side = new RegExp(`Fold ${fold}\\n.*\\n.*\\n {2}test: .* of (.*)\\n`).exec(
        trained.stderr,
      );
      tested.push(...side![1]!.split(', '));
    }
    assert.deepEqual(
      tested.toSorted(),
      [0, 1, 2, 3, 4, 5].map((n) => `speaker-${n}`),
    );
    const log = await readFile(join(out, 'fold-1', 'training.jsonl'), 'utf8');
    const epochs = log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      epochs.map(({ epoch }) => epoch),
      [1, 1, 1, 1, 1],
    );
    assert.ok(epochs[0].trainingLoss > 0 && epochs[0].learningRate > 0);
    const again = await runCli([...words.slice(0, -4), '--fold', '1,2', '--resume']);
    assert.equal(again.code, 0, again.stderr);
    assert.equal(again.stdout.trim().split('\n').length, 2);

    const onwards = [...words.slice(0, 5), '--out', join(folder, 'onwards'), '--epochs', '1'];
    const begun = await runCli([...onwards, '--from', out, '--fold', '1,2']);
    assert.equal(begun.code, 0, begun.stderr);
    const heard = await runCli([...onwards, '--from', join(out, 'fold-1'), '--fold', '2']);
    assert.equal(heard.code, 1);
    assert.match(
      heard.stderr,
      /TW_TRAINING: Fold 2 cannot begin with .*fold-1\. .*held out fold 1/,
    );
    const taught = await runCli([...onwards, '--teacher', out, '--fold', '1']);
    assert.equal(taught.code, 0, taught.stderr);
    assert.doesNotMatch(taught.stderr, /^teacher 1/m);
    const knows = await runCli([...onwards, '--teacher', join(out, 'fold-1'), '--fold', '2']);
    assert.match(knows.stderr, /TW_TRAINING: Fold 2 cannot be taught by .*fold-1\. /);

    const source = ['--manifest', manifest, '--protocol', 'speakers-5'];
    const baseline = ['baseline', '--kind', 'majority', ...source, '--against', out];
    const compared = await runCli([...baseline, '--json']);
    assert.equal(compared.code, 0, compared.stderr);
    const { unweightedAccuracy, networkAhead } = JSON.parse(compared.stdout);
    const judged = await runCli(['evaluate', '--model', out, ...source, '--fold', 'all', '--json']);
    const network = JSON.parse(judged.stdout).overall.unweightedAccuracy;
    assert.ok(Math.abs(networkAhead.difference - (network - unweightedAccuracy)) < 1e-9);
    assert.ok(networkAhead.low <= networkAhead.difference);

    const kept = ['evaluate', '--model', out, ...source, '--fold', 'all', '--side', 'validation'];
    const development = await runCli([...kept, '--json']);
    assert.equal(development.code, 0, development.stderr);
    const report = JSON.parse(development.stdout);
    assert.equal(report.side, 'validation');
    assert.match(report.notes[0], /To choose with, not to quote/);
    const keptBack = (fold: number) =>
      new RegExp(`Fold ${fold}\\n.*\\n {2}validation: .* of (.*)\\n`).exec(trained.stderr)![1];
    for (const { fold, speakers } of report.crossValidation.folds) {
      assert.equal(speakers.join(', '), keptBack(fold), `fold ${fold}`);
    }

    const onlyFold = ['--against', join(out, 'fold-2'), '--fold', '2', '--json'];
    const alone = await runCli(['baseline', '--kind', 'majority', ...source, ...onlyFold]);
    assert.equal(alone.code, 0, alone.stderr);
    assert.equal(JSON.parse(alone.stdout).folds.length, 1);
    const reseeded = await runCli([...baseline, '--seed', '2']);
    assert.match(reseeded.stderr, /^TW_USAGE: --against goes with --seed 1/);
  });

  it('fit a finished model to other recordings', async () => {
    const manifest = await writeSadAndAngry(folder);
    const out = join(folder, 'tuned');
    const recipe = 'models/recipes/fine-tune.json';
    const { code, stderr, stdout } = await runCli([
      ...['train', '--recipe', recipe, '--from', 'models/emotion-v2', '--manifest', manifest],
      ...['--out', out, '--epochs', '2'],
    ]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^tuned written/);
    const [first, tuned] = [await loadModelFolder('models/emotion-v2'), await loadModelFolder(out)];
    assert.deepEqual(tuned.weights['lstm.kernel'], first.weights['lstm.kernel']);
    assert.notDeepEqual(tuned.weights['output.kernel'], first.weights['output.kernel']);
    const names = tuned.manifest.trainingData.map(({ name }) => name);
    assert.deepEqual(names, ['ravdess', 'cremad-resynth', 'cremad', 'nemo', 'manifest']);
  });

  it('refuse a recipe whose fields are wrong, naming them', async () => {
    const recipe = join(folder, 'wrong.json');
    await writeFile(recipe, JSON.stringify({ model: 'x', epochs: 3 }));
    const manifest = await writeSadAndAngry(folder);
    const { code, stderr } = await runCli([
      ...['train', '--recipe', recipe, '--manifest', manifest, '--out', join(folder, 'x')],
    ]);
    assert.equal(code, 1);
    assert.match(stderr, /^TW_TRAINING: .*must have required property 'training'/m);
  });

  it('say what is claimed in music once a folder of it is named', async () => {
    const manifest = await writeSadAndAngry(folder);
    const music = await mkdtemp(join(folder, 'music-'));
    await writeFile(join(music, 'hold.wav'), wav(vowel(220, 16_000, 3), 16_000));
    const words = ['evaluate', '--manifest', manifest, '--json'];
    const named = await runCli([...words, '--music', music]);
    assert.equal(named.code, 0, named.stderr);
    const rows: { kind: string; recordings: number }[] = JSON.parse(named.stdout).falseClaims;
    assert.equal(rows.find(({ kind }) => kind === 'music')?.recordings, 1);
    const unnamed = await runCli(words);
    assert.equal(JSON.parse(unnamed.stdout).falseClaims, null);
  });

  it('refuse to evaluate without recordings', async () => {
    const { code, stderr } = await runCli(['evaluate', '--corpus', 'ravdess']);
    assert.notEqual(code, 0);
    assert.match(stderr, /TW_USAGE: Give --corpus NAME with --data DIR, or --manifest FILE/);
  });
});
