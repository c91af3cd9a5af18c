import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { loadConfig } from '../../config/load-config.ts';
import type { Codec, Condition } from '../../evaluation/conditions.ts';
import { foldModels, foldsOf } from '../../evaluation/cross-validation.ts';
import { heldOutDoubt, type Learned } from '../../evaluation/held-out.ts';
import { type Observations, observe } from '../../evaluation/observe.ts';
import { makeReport } from '../../evaluation/report.ts';
import type { Report } from '../../evaluation/report-schema.ts';
import { loadSounds } from '../../evaluation/sounds.ts';
import { createAnalyser } from '../../pipeline/analyser.ts';
import { systemClock } from '../../protocol/clock.ts';
import { TonewireError } from '../../protocol/errors.ts';
import { EMOTIONS, type Emotion } from '../../protocol/labels.ts';
import type { CorpusClip } from '../../training/corpora/clip.ts';
import { foldCount } from '../../training/corpora/folds.ts';
import type { EvaluateFlags } from '../evaluate.ts';
import { readClips } from '../labelled-clips.ts';
import { progressBar } from '../progress.ts';
import { reportText } from '../render/report-text.ts';
import { testSide } from '../test-side.ts';

/** One model and the recordings that it is to judge. */
interface Trial {
  readonly fold: number | null;
  readonly model: string;
  readonly clips: readonly CorpusClip[];
  /** Why the model may have learned from these clips, if so. */
  readonly doubtOf: (model: Learned) => string | null;
}

/** Decides noises, orders and the bootstrap's draws: two runs give the same report. */
const SEED = 1;

/** Judges the recordings and prints the report. */
export async function evaluate(flags: EvaluateFlags): Promise<void> {
  const source = await readClips(flags);
  const labels = chosenLabels(source.labels, flags);
  const trials = trialsOf(source.clips, labels, flags);
  const { codec, protocol, fold } = flags;
  const conditions: readonly [Codec, ...Condition[]] =
    flags.conditions === undefined ? [codec] : ['as-recorded', ...flags.conditions];
  const asking = [flags.conditions, flags.report, flags.noise, flags.music];
  const streams = asking.some((flag) => flag !== undefined);
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
    for (const { fold, model, clips, doubtOf } of trials) {
      const onClip = (done: number) => progress.update(before + done, total);
      const options = { ...analysis, maxGapFillMs, model, engine: flags.engine };
      const analyser = await createAnalyser(options);
      try {
        const doubt = doubtOf(analyser.manifest);
        if (flags.fold === 'all' && doubt !== null) {
          throw new TonewireError('TW_USAGE', `${model}: ${doubt}`);
        }
        all.push(await observe(analyser, clips, { ...plan, sounds, onClip }, { fold, doubt }));
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
    return [{ fold: null, model, clips: counted(clips), doubtOf: () => null }];
  }
  const folds = foldsOf(fold, foldCount(clips, protocol));
  const models = fold === 'all' ? foldModels(model, folds) : [model];
  return folds.map((number, i) => {
    const judged = { protocol, fold: number };
    return {
      fold: number,
      model: models[i]!,
      clips: counted(testSide(clips, judged)),
      doubtOf: (learned) => heldOutDoubt(learned, clips, judged),
    };
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
  const { reportHtml } = await import('../../evaluation/report-html.ts');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(join(folder, 'report.html'), reportHtml(report));
  process.stderr.write(`Report written to ${join(folder, 'report.html')}\n`);
}
