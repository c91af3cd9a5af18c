import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { loadConfig } from '../../src/config/load-config.ts';
import type { Condition } from '../../src/evaluation/conditions.ts';
import { type Observations, observe } from '../../src/evaluation/observe.ts';
import { makeReport, type ReportContext } from '../../src/evaluation/report.ts';
import { reportHtml } from '../../src/evaluation/report-html.ts';
import { type Report, ReportSchema } from '../../src/evaluation/report-schema.ts';
import { createAnalyser, type ModelAnalyser } from '../../src/pipeline/analyser.ts';
import { EMOTIONS } from '../../src/protocol/labels.ts';
import type { CorpusClip } from '../../src/training/corpora/clip.ts';
import { type RandomModelFolder, randomModelFolder } from '../cli/random-model-folder.ts';
import { concat, noise, silence, vowel } from '../helpers/signals.ts';
import { wav } from '../helpers/wav.ts';

const RATE_HZ = 16000;
const CONDITIONS = ['as-recorded', 'snr0'] as const satisfies Condition[];
const LABELS = ['sadness', 'anger'] as const;
/** Somebody's manifest may name speakers like this. */
const HOSTILE = '<script>alert("x")</script>';
const SOUNDS = {
  noises: [
    { kind: 'hiss', samples: noise(RATE_HZ, 0.2) },
    { kind: 'hum', samples: vowel(90, RATE_HZ, 1) },
  ],
  music: [],
};
const CONTEXT: ReportContext = {
  clock: { nowMs: () => Date.UTC(2026, 0, 2), monotonicMs: () => 0 },
  corpus: 'made-up',
  labels: LABELS,
  emotions: EMOTIONS,
  protocol: null,
  fold: null,
  side: 'all',
  seed: 1,
  conditions: CONDITIONS,
  streams: true,
};

describe('a report on made signals', function () {
  this.timeout(60_000);
  let folder: string;
  let model: RandomModelFolder;
  let analyser: ModelAnalyser;
  let clips: CorpusClip[];
  let observed: Observations;
  let report: Report;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tonewire-report-'));
    model = await randomModelFolder();
    const { analysis, limits } = loadConfig();
    const smoothing = { ...analysis.smoothing, enterProbability: 0.13, maxEntropy: 1 };
    const { maxGapFillMs } = limits;
    const options = { ...analysis, smoothing, maxGapFillMs, model: model.path };
    analyser = await createAnalyser(options);
    clips = makeClips(folder);
    observed = await observeAll();
    report = makeReport([observed], CONTEXT);
  });

  after(async () => {
    await analyser.close();
    model.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const observeAll = () =>
    observe(analyser, clips, { conditions: CONDITIONS, sounds: SOUNDS, streams: true, seed: 1 });

  it('is as its schema says', () => {
    const validate = new Ajv({ strict: false }).compile(ReportSchema);
    assert.ok(validate(JSON.parse(JSON.stringify(report))), JSON.stringify(validate.errors));
  });

  it('is the same each time', async () => {
    assert.deepEqual(makeReport([await observeAll()], CONTEXT), report);
  });

  it('judges every clip once in each condition', () => {
    assert.equal(report.overall.n, clips.length);
    assert.deepEqual(
      report.conditions.map(({ condition, n }) => [condition, n]),
      CONDITIONS.map((condition) => [condition, clips.length]),
    );
    assert.equal(report.conditions[0]!.ratioToFirst, 1);
    assert.equal(report.conditions[0]!.unweightedAccuracy, report.overall.unweightedAccuracy);
  });

  it('answers with the labels that count, and no other', () => {
    const { labels, counts } = report.overall.confusion;
    const answered = labels.filter((_label, i) => counts.some((row) => row[i]! > 0));
    assert.ok(answered.every((label) => LABELS.some((counted) => counted === label)));
  });

  it('says what a listener is told, with all labels open', () => {
    const { asServed, overall } = report;
    const counts = asServed!.confusion.counts.flat();
    assert.equal(
      counts.reduce((sum, count) => sum + count, 0),
      clips.length,
    );
    assert.deepEqual(
      Object.keys(asServed!.otherLabels),
      EMOTIONS.filter((label) => !LABELS.some((counted) => counted === label)),
    );
    assert.ok(asServed!.accuracy <= overall.accuracy);
    assert.equal(makeReport([observed], { ...CONTEXT, labels: EMOTIONS }).asServed, null);
    assert.equal(makeReport([observed], { ...CONTEXT, emotions: LABELS }).asServed, null);
  });

  it('hears what is claimed on long streams and where nobody speaks', () => {
    const { longStreams, falseClaims } = report;
    assert.equal(longStreams?.streams, 1);
    assert.ok(longStreams.minutes >= 1 && longStreams.claimedShare > 0);
    assert.deepEqual(
      falseClaims?.map(({ kind }) => kind),
      ['digital silence', 'white noise at -60 dBFS', 'hiss', 'hum'],
    );
    const [nothing, , , hum] = falseClaims;
    assert.deepEqual([nothing!.claimedShare, nothing!.takenForSpeechShare], [0, 0]);
    assert.ok(hum!.claimedShare > 0.5 && hum!.claimsAMinute > 0, 'a hum like a vowel is claimed');
  });

  it('refuses noise conditions without noise', async () => {
    const plan = { conditions: CONDITIONS, streams: false, seed: 1 };
    const observing = observe(analyser, clips, { ...plan, sounds: { noises: [], music: [] } });
    await assert.rejects(observing, { code: 'TW_USAGE' });
  });

  it('pools folds and gives their mean', () => {
    const folds = [1, 2].map((fold) => ({ ...observed, fold }));
    const pooled = makeReport(folds, { ...CONTEXT, protocol: 'speakers-2', fold: 'all' });
    assert.equal(pooled.overall.n, 2 * clips.length);
    assert.equal(pooled.crossValidation?.folds.length, 2);
    const { mean, deviation } = pooled.crossValidation.unweightedAccuracy;
    assert.ok(Math.abs(mean - report.overall.unweightedAccuracy) < 1e-12);
    assert.equal(deviation, 0);
  });

  it('becomes a page that fetches nothing and runs nothing', () => {
    const page = reportHtml(report);
    assert.ok(!page.includes('<script'), 'names are escaped');
    assert.ok(page.includes('&lt;script&gt;alert'));
    const links = page.match(/(?:href|src)="[^"]*"|url\([^)]*\)|@import/g) ?? [];
    assert.deepEqual(
      links.filter((link) => !/url\(['"]?#/.test(link)),
      [],
    );
    assert.equal(page.match(/<svg/g)?.length, 6);
    assert.ok(!page.includes('NaN') && !page.includes('undefined'));
    assert.ok(page.includes('As served'));
  });

  it('is a shorter page where less was measured', () => {
    const quick = makeReport([observed], {
      ...CONTEXT,
      conditions: ['as-recorded'],
      streams: false,
    });
    const page = reportHtml(quick);
    assert.equal(page.match(/<svg/g)?.length, 5);
    assert.ok(!page.includes('Where nobody speaks') && page.includes('Not measured'));
  });
});

/** Three speakers, one of whom talks for more than a minute. */
function makeClips(folder: string): CorpusClip[] {
  return ['a', 'b', HOSTILE].flatMap((speaker, s) =>
    LABELS.map((label, l): CorpusClip => {
      const path = join(folder, `${label}-${s}.wav`);
      const seconds = s === 0 ? 31 : 1.5;
      const voice = vowel(110 + 90 * l + 10 * s, RATE_HZ, seconds, { syllablesHz: 3 + l });
      writeFileSync(path, wav(concat(silence(RATE_HZ, 0.2), voice), RATE_HZ));
      const gender = s === 1 ? 'male' : 'female';
      return { path, label, speaker, corpus: 'made-up', gender, ageYears: 28 + 12 * s };
    }),
  );
}
