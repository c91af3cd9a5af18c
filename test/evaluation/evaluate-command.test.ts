import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '../../src/evaluation/report-schema.ts';
import { type RandomModelFolder, randomModelFolder } from '../cli/random-model-folder.ts';
import { runCli } from '../cli/run-cli.ts';
import { vowel } from '../helpers/signals.ts';
import { wav } from '../helpers/wav.ts';

const RATE_HZ = 16000;

describe('tonewire evaluate', function () {
  this.timeout(120_000);
  let folder: string;
  let model: RandomModelFolder;
  let manifest: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tonewire-evaluate-'));
    model = await randomModelFolder();
    manifest = makeRecordings(folder);
  });

  after(() => {
    model.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const evaluate = (...words: string[]) => runCli(['evaluate', '--manifest', manifest, ...words]);

  it('judges each fold by its own model and writes the report', async () => {
    const folds = join(folder, 'folds');
    for (const fold of [1, 2]) cpSync(model.path, join(folds, `fold-${fold}`), { recursive: true });
    const out = join(folder, 'report');
    const { code, stdout, stderr } = await evaluate(
      ...['--model', folds, '--protocol', 'speakers-2', '--fold', 'all'],
      ...['--labels', 'sadness,anger', '--report', out, '--json'],
    );
    assert.equal(code, 0, stderr);
    const report: Report = JSON.parse(stdout);
    assert.deepEqual(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')), report);
    assert.equal(report.fold, 'all');
    assert.deepEqual(report.data.labels, ['sadness', 'anger']);
    assert.equal(report.overall.n, 8, 'four speakers, two of three labels');
    const tested = report.crossValidation!.folds.flatMap(({ speakers }) => speakers);
    assert.deepEqual(tested.toSorted(), ['s0', 's1', 's2', 's3']);
    assert.ok(report.falseClaims!.some(({ kind }) => kind === 'music (synthetic)'));
    const page = readFileSync(join(out, 'report.html'), 'utf8');
    assert.match(page, /^<!doctype html>[\s\S]*<h2>Cross-validation<\/h2>[\s\S]*<\/html>\n$/);
    assert.ok(!page.includes(folder), 'no path of this machine');
  });

  it('tells nothing but the emotions that it is given', async () => {
    const told = 'calm,sadness,anger,surprise';
    const { code, stdout, stderr } = await evaluate(
      ...['--model', model.path, '--labels', 'sadness,anger', '--emotions', told, '--json'],
    );
    assert.equal(code, 0, stderr);
    const { options, asServed }: Report = JSON.parse(stdout);
    assert.deepEqual(options.emotions, told.split(','));
    assert.deepEqual(Object.keys(asServed!.otherLabels), ['calm', 'surprise']);
    const answers = asServed!.confusion.labels.filter((_label, i) =>
      asServed!.confusion.counts.some((row) => row[i]! > 0),
    );
    assert.ok(answers.every((label) => told.split(',').includes(label)));
  });

  it('refuses to judge all folds with one model', async () => {
    const { code, stderr } = await evaluate(
      ...['--model', model.path, '--protocol', 'speakers-2', '--fold', 'all'],
    );
    assert.equal(code, 2);
    assert.match(stderr, /^TW_USAGE: .* is one model: .* it learned from/m);
  });

  it('refuses a validation side that the model does not name', async () => {
    const { code, stderr } = await evaluate('--model', model.path, '--side', 'validation');
    assert.equal(code, 2);
    assert.match(stderr, /^TW_USAGE: .*: the folder names no validation speakers/m);
  });

  it('refuses conditions that it does not know, and noise without a folder', async () => {
    const unknown = await evaluate('--model', model.path, '--conditions', 'mulaw8k,underwater');
    assert.equal(unknown.code, 2);
    assert.match(unknown.stderr, /"underwater" is none of as-recorded, pcm8k/);
    const noiseless = await evaluate('--model', model.path, '--conditions', 'snr5');
    assert.equal(noiseless.code, 2);
    assert.match(noiseless.stderr, /^TW_USAGE: The condition snr5 needs noise: give --noise DIR/m);
  });
});

/** Four speakers, three labels. */
function makeRecordings(folder: string): string {
  const rows = ['path,label,speaker'];
  for (let speaker = 0; speaker < 4; speaker++) {
    for (const [i, label] of ['sad', 'angry', 'calm'].entries()) {
      const name = `${label}-${speaker}.wav`;
      const voice = vowel(100 + 80 * i + 5 * speaker, RATE_HZ, 1, { syllablesHz: 3 });
      writeFileSync(join(folder, name), wav(voice, RATE_HZ));
      rows.push(`${name},${label},s${speaker}`);
    }
  }
  const manifest = join(folder, 'clips.csv');
  writeFileSync(manifest, `${rows.join('\n')}\n`);
  return manifest;
}
