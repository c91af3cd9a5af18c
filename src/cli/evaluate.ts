import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { loadConfig } from '../config/load-config.ts';
import { CODECS, CONDITIONS, type Codec, type Condition } from '../evaluation/conditions.ts';
import { checkHeldOut, foldModels } from '../evaluation/cross-validation.ts';
import { type Observations, observe } from '../evaluation/observe.ts';
import { makeReport } from '../evaluation/report.ts';
import type { Report } from '../evaluation/report-schema.ts';
import { loadSounds } from '../evaluation/sounds.ts';
import { createAnalyser } from '../pipeline/analyser.ts';
import { ENGINE_NAMES, type EngineName } from '../pipeline/engines/load-engine.ts';
import { systemClock } from '../protocol/clock.ts';
import { TonewireError } from '../protocol/errors.ts';
import { EMOTIONS, type Emotion } from '../protocol/labels.ts';
import type { CorpusClip } from '../training/corpora/clip.ts';
import { foldCount, type Protocol, split } from '../training/corpora/folds.ts';
import { type ClipSource, clipSourceOptions, readClips } from './labelled-clips.ts';
import { progressBar } from './progress.ts';
import { reportText } from './render/report-text.ts';

interface EvaluateFlags extends ClipSource {
  readonly model: string;
  readonly engine: EngineName;
  readonly codec: Codec;
  readonly conditions?: readonly Condition[];
  readonly noise?: string;
  readonly music?: string;
  readonly labels?: readonly Emotion[];
  readonly protocol?: Protocol;
  readonly fold: number | 'all';
  readonly report?: string;
  readonly json?: boolean;
}

/** One model and the recordings that it is to judge. */
interface Trial {
  readonly fold: number | null;
  readonly model: string;
  readonly clips: readonly CorpusClip[];
}

/** Decides noises, orders and the bootstrap's draws: two runs give the same report. */
const SEED = 1;

const EXAMPLES = `
Examples:
  The speakers that emotion-v1 never heard, as telephone calls:
    tonewire evaluate --model models/emotion-v1 --corpus ravdess --data DIR \\
      --protocol emobox --fold 1 --codec mulaw8k

  Everything there is to measure, as a page with plots:
    tonewire evaluate --model models/emotion-v1 --corpus ravdess --data DIR \\
      --protocol emobox --fold 1 --conditions all --noise NOISES --report OUT

  Cross-validation: fold-1, fold-2, … below DIR, each on the speakers it never heard:
    tonewire evaluate --model DIR --corpus ravdess --data DIR --protocol emobox --fold all

  Your own recordings, listed in calls.csv (path,label,speaker):
    tonewire evaluate --model models/emotion-v1 --manifest calls.csv --json

Every clip is streamed through the serving pipeline in 20 ms chunks; its last reading is judged.
Without --protocol all clips are used, whether or not the model was trained on some of them.
--conditions and --report also stream each speaker's clips one after the other, for flips of the
label, and silence, noise and music, for claims where nobody speaks.`;

/** `tonewire evaluate`: how often a model is right, on recordings with known labels. */
export function evaluateCommand(): Command {
  const command = new Command('evaluate')
    .description('measure a model on labelled recordings, through the streaming pipeline')
    .option('--model <dir>', 'model folder, or folder of fold-1, fold-2, …', 'models/emotion-v1')
    .addOption(new Option('--engine <name>', 'what runs it').choices(ENGINE_NAMES).default('auto'))
    .addOption(
      new Option('--codec <name>', 'how the audio arrives').choices(CODECS).default('as-recorded'),
    )
    .addOption(
      new Option('--conditions <list>', `all, or some of ${CONDITIONS.join(', ')}`)
        .argParser(parseConditions)
        .conflicts('codec'),
    )
    .option('--noise <dir>', 'recordings of noise; every fourth is used')
    .option('--music <dir>', 'recordings of music, instead of made-up music')
    .option('--labels <list>', 'only these labels, such as happiness,sadness', parseLabels)
    .option('--protocol <name>', 'use only the test side of a fold: emobox, reslstm, random-10, …')
    .option('--fold <n>', 'which fold, from 1, or all', parseFold, 1)
    .option('--report <dir>', 'write report.json and report.html there')
    .option('--json', 'print the report as one JSON object and nothing else')
    .addHelpText('after', EXAMPLES)
    .action(run);
  for (const option of clipSourceOptions()) command.addOption(option);
  return command;
}

async function run(flags: EvaluateFlags): Promise<void> {
  const source = await readClips(flags);
  const labels = chosenLabels(source.labels, flags);
  const trials = trialsOf(source.clips, labels, flags);
  const { codec, protocol, fold } = flags;
  const conditions: readonly [Codec, ...Condition[]] =
    flags.conditions === undefined ? [codec] : ['as-recorded', ...flags.conditions];
  const streams = flags.conditions !== undefined || flags.report !== undefined;
  const plan = { conditions, streams, seed: SEED };
  const report = makeReport(await observeAll(trials, plan, flags), {
    clock: systemClock,
    corpus: flags.corpus ?? basename(flags.manifest!),
    labels,
    protocol: protocol ?? null,
    fold: protocol === undefined ? null : fold,
    ...plan,
  });
  if (flags.report !== undefined) await writeReport(flags.report, report);
  process.stdout.write(flags.json ? `${JSON.stringify(report)}\n` : reportText(report));
}

async function observeAll(
  trials: readonly Trial[],
  plan: Pick<Parameters<typeof observe>[2], 'conditions' | 'streams' | 'seed'>,
  flags: EvaluateFlags,
): Promise<Observations[]> {
  const { analysis, limits } = loadConfig();
  const { maxGapFillMs } = limits;
  const sounds = plan.streams ? await loadSounds(flags, plan.seed) : { noises: [], music: [] };
  const progress = progressBar('Evaluating');
  const total = trials.reduce((sum, { clips }) => sum + clips.length, 0);
  const all: Observations[] = [];
  let before = 0;
  try {
    for (const { fold, model, clips } of trials) {
      const onClip = (done: number) => progress.update(before + done, total);
      const options = { ...analysis, maxGapFillMs, model, engine: flags.engine };
      const analyser = await createAnalyser(options);
      try {
        if (flags.fold === 'all') checkHeldOut(analyser.manifest.metrics, fold!, model);
        all.push(await observe(analyser, clips, { ...plan, sounds, onClip }, fold));
      } finally {
        await analyser.close();
      }
      before += clips.length;
    }
  } finally {
    progress.stop();
  }
  return all;
}

/** Which model judges which recordings: one, or in cross-validation each its own fold's. */
function trialsOf(
  clips: readonly CorpusClip[],
  labels: readonly Emotion[],
  { model, protocol, fold }: EvaluateFlags,
): Trial[] {
  const counted = (all: readonly CorpusClip[]) => {
    const chosen = all.filter(({ label }) => labels.includes(label));
    if (chosen.length > 0) return chosen;
    throw new TonewireError('TW_CORPUS', `No recording to judge is labelled ${labels.join(', ')}.`);
  };
  if (protocol === undefined) {
    if (fold === 'all') throw new TonewireError('TW_USAGE', '--fold all needs --protocol.');
    return [{ fold: null, model, clips: counted(clips) }];
  }
  const models = fold === 'all' ? foldModels(model, foldCount(clips, protocol)) : [model];
  return models.map((folder, i) => {
    const number = fold === 'all' ? i + 1 : fold;
    const { test } = split(clips, protocol, number);
    const speakers = [...new Set(test.map(({ speaker }) => speaker))];
    process.stderr.write(
      `Fold ${number}, test speakers: ${speakers.join(', ')} (${test.length} recordings)\n`,
    );
    return { fold: number, model: folder, clips: counted(test) };
  });
}

function chosenLabels(known: readonly Emotion[], { labels }: EvaluateFlags): readonly Emotion[] {
  if (labels === undefined) return known;
  const foreign = labels.find((label) => !known.includes(label));
  if (foreign === undefined) return EMOTIONS.filter((label) => labels.includes(label));
  throw new TonewireError(
    'TW_USAGE',
    `--labels: there is no ${foreign} here; there are ${known.join(', ')}.`,
  );
}

async function writeReport(folder: string, report: Report): Promise<void> {
  const { reportHtml } = await import('../evaluation/report-html.ts');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(join(folder, 'report.html'), reportHtml(report));
  process.stderr.write(`Report written to ${join(folder, 'report.html')}\n`);
}

function parseFold(text: string): number | 'all' {
  if (text === 'all') return text;
  const fold = Number(text);
  if (!Number.isInteger(fold) || fold < 1) {
    throw new InvalidArgumentError('a whole number from 1, or "all"');
  }
  return fold;
}

/** Without the first, as-recorded, which is always measured. */
function parseConditions(text: string): readonly Condition[] {
  const named = text === 'all' ? CONDITIONS : parseList(text, CONDITIONS);
  return named.filter((condition) => condition !== 'as-recorded');
}

function parseLabels(text: string): readonly Emotion[] {
  const labels = parseList(text, EMOTIONS);
  if (labels.length < 2) throw new InvalidArgumentError('at least two labels');
  return labels;
}

function parseList<Name extends string>(text: string, names: readonly Name[]): Name[] {
  const parts = text.split(',').map((part) => part.trim());
  const unknown = parts.find((part) => !(names as readonly string[]).includes(part));
  if (unknown !== undefined) {
    throw new InvalidArgumentError(`"${unknown}" is none of ${names.join(', ')}`);
  }
  return names.filter((name) => parts.includes(name));
}
