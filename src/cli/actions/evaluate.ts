import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { loadConfig } from '../../config/load-config.ts';
import type { Codec, Condition } from '../../evaluation/conditions.ts';
import { type Observations, observe } from '../../evaluation/observe.ts';
import { makeReport } from '../../evaluation/report.ts';
import type { Report } from '../../evaluation/report-schema.ts';
import { loadSounds } from '../../evaluation/sounds.ts';
import { createAnalyser } from '../../pipeline/analyser.ts';
import { systemClock } from '../../protocol/clock.ts';
import { TonewireError } from '../../protocol/errors.ts';
import { EMOTIONS, type Emotion } from '../../protocol/labels.ts';
import type { EvaluateFlags } from '../evaluate.ts';
import { readClips } from '../labelled-clips.ts';
import { progressBar } from '../progress.ts';
import { reportText } from '../render/report-text.ts';
import { judgedSide, type Trial, trialsOf } from '../trials.ts';

/** Decides noises, orders and the bootstrap's draws: two runs give the same report. */
const SEED = 1;

/** Judges the recordings and prints the report. */
export async function evaluate(flags: EvaluateFlags): Promise<void> {
  const source = await readClips(flags);
  const labels = chosenLabels(source.labels, flags);
  const trials = await trialsOf(source.clips, labels, flags);
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
    side: judgedSide(flags),
    emotions: flags.emotions,
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
      const { engine, emotions } = flags;
      const options = { ...analysis, maxGapFillMs, model, engine, emotions };
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
