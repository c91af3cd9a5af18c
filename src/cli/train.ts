import { basename, join } from 'node:path';
import { Command, Option } from 'commander';
import { loadModelFolder } from '../pipeline/model-folder.ts';
import { systemClock } from '../protocol/clock.ts';
import { TonewireError } from '../protocol/errors.ts';
import type { CorpusClip } from '../training/corpora/clip.ts';
import { TRAINING_ENGINES, type TrainingEngineName } from '../training/engines/gradient-engine.ts';
import type { EpochReport } from '../training/epoch-report.ts';
import { folderCache } from '../training/feature-cache.ts';
import { foldsOf, type Sides, sidesOf } from '../training/sides.ts';
import { readTrainingPlan, type TrainingPlan } from '../training/training-plan.ts';
import { type ClipSource, clipSourceOptions, readClips } from './labelled-clips.ts';
import { progressBar } from './progress.ts';

interface TrainFlags extends ClipSource {
  readonly recipe: string;
  readonly noise?: string;
  readonly out: string;
  readonly fold?: string;
  readonly from?: string;
  readonly cache?: string;
  readonly engine: TrainingEngineName | 'auto';
  readonly resume?: boolean;
  readonly set?: readonly string[];
  readonly epochs?: string;
  readonly seed?: string;
}

const EXAMPLES = `
Examples:
  The shipped model again; DIR holds the corpora, each in a folder of its name:
    tonewire train --recipe models/recipes/emotion-v2.json --data DIR --noise NOISES \\
      --out models/emotion-v2

  A model for every fold, for tonewire evaluate --fold all; interrupted, it goes on with --resume:
    tonewire train --recipe models/recipes/ravdess-alone.json --data DIR --noise NOISES \\
      --fold all --cache features --out runs/ravdess-alone

  The shipped model, fitted to your own labelled calls (path,label,speaker):
    tonewire train --recipe models/recipes/fine-tune.json --from models/emotion-v2 \\
      --manifest calls.csv --out models/mine

The schedule is fixed and the last averaged weights are kept: nothing is chosen on the test side.
Measure the result with tonewire evaluate.`;

/** `tonewire train`: labelled recordings in, a model folder out. */
export function trainCommand(): Command {
  const engines = new Option('--engine <name>', 'what computes; auto: the first that is installed')
    .choices(['auto', ...TRAINING_ENGINES])
    .default('auto');
  const command = new Command('train')
    .description('train a model on labelled recordings and write its folder')
    .requiredOption('--recipe <file>', 'what to train and how: a file of models/recipes')
    .option('--noise <dir>', 'recordings of noise that the recipe may mix in')
    .requiredOption('--out <dir>', 'where the model folder is written')
    .option('--fold <n|all>', "the fold to hold out, several (1,3), or all; default: the recipe's")
    .option('--from <model>', 'a model folder whose weights to begin with')
    .option('--cache <dir>', 'keep features here, for later runs on the same recordings')
    .option('--resume', 'go on where an interrupted run into the same folder stopped')
    .addOption(engines)
    .option(
      '--set <path=value...>',
      "a field of the recipe and a JSON value instead of the recipe's: augmentation.noise.probability=0",
    )
    .option('--epochs <n>', "instead of the recipe's")
    .option('--seed <n>', "instead of the recipe's")
    .addHelpText('after', EXAMPLES)
    .action(run);
  for (const option of clipSourceOptions()) command.addOption(option);
  return command;
}

async function run(flags: TrainFlags): Promise<void> {
  const recipe = withFlags(await readTrainingPlan(flags.recipe, flags.set), flags);
  const { plan, clips } = await readSources(recipe, flags);
  const folds = chosenFolds(clips, plan, flags.fold);
  const sides = folds.map((fold) => sidesOf(clips, plan, fold));
  sides.forEach((side, i) => {
    log(`Fold ${folds[i]}\n${describeSides(side)}`);
  });
  const { readFeatures } = await import('../training/train-model.ts');
  const reading = progressBar('Reading ');
  const wanted = new Set(sides.flatMap((side) => [...side.train, ...side.validation]));
  const features = await readFeatures([...wanted], plan, {
    ...(flags.noise !== undefined && { noiseFolder: flags.noise }),
    ...(flags.cache !== undefined && { cache: folderCache(flags.cache) }),
    onClip: (done, total) => reading.update(done, total),
  }).finally(() => reading.stop());
  for (const [i, fold] of folds.entries()) {
    const out = flags.fold === undefined ? flags.out : foldFolder(flags, folds, fold);
    await trainOne(plan, fold, sides[i]!, features, out, flags);
  }
}

/** Several folds get a folder each below the one that is named. */
function foldFolder({ out, fold }: TrainFlags, folds: readonly number[], n: number): string {
  return fold === 'all' || folds.length > 1 ? join(out, `fold-${n}`) : out;
}

async function trainOne(
  plan: TrainingPlan,
  fold: number,
  sides: Sides,
  features: Awaited<ReturnType<typeof import('../training/train-model.ts')['readFeatures']>>,
  out: string,
  { engine, resume, from }: TrainFlags,
): Promise<void> {
  const { trainModel } = await import('../training/train-model.ts');
  const training = progressBar(`Fold ${fold}`);
  const model = from === undefined ? undefined : await loadModelFolder(from);
  const folder = await trainModel({
    plan,
    fold,
    sides,
    features,
    out,
    engine,
    clock: systemClock,
    ...(model && { from: model }),
    ...(resume && { resume }),
    onStep: ({ step, steps, loss }) => training.update(step, steps, `loss ${loss.toFixed(3)}`),
    onEpoch: (report) => log(describeEpoch(report)),
  }).finally(() => training.stop());
  const { id, temperature } = folder.manifest;
  process.stdout.write(`${id} written to ${folder.path}, temperature ${temperature.toFixed(2)}\n`);
}

/** The recordings, and the plan for them: one's own have no published folds, so their speakers are dealt into five. */
async function readSources(
  plan: TrainingPlan,
  flags: TrainFlags,
): Promise<{ plan: TrainingPlan; clips: CorpusClip[] }> {
  if (flags.manifest !== undefined) {
    const { clips } = await readClips(flags);
    const sources = [...new Set(clips.map(({ corpus }) => corpus))].map((corpus) => ({
      corpus,
      licence: "the recordings' owner's",
      protocol: 'speakers-5' as const,
      variants: plan.sources[0]!.variants,
    }));
    return { plan: { ...plan, model: basename(flags.out), sources }, clips };
  }
  const sources = plan.sources.filter(
    ({ corpus }) => flags.corpus === undefined || flags.corpus === corpus,
  );
  if (sources.length === 0) {
    throw new TonewireError('TW_USAGE', `The recipe does not learn from ${flags.corpus}.`);
  }
  const { data } = flags;
  const parts = await Promise.all(
    sources.map(({ corpus }) => readClips({ corpus, ...(data !== undefined && { data }) })),
  );
  return { plan: { ...plan, sources }, clips: parts.flatMap(({ clips }) => clips) };
}

function chosenFolds(
  clips: readonly CorpusClip[],
  plan: TrainingPlan,
  fold: string | undefined,
): readonly number[] {
  if (fold === undefined) return [plan.fold];
  if (fold === 'all') return foldsOf(clips, plan);
  return fold.split(',').map((text) => wholeNumber('--fold', text));
}

function withFlags(plan: TrainingPlan, flags: TrainFlags): TrainingPlan {
  const training = {
    ...plan.training,
    ...(flags.epochs !== undefined && { epochs: wholeNumber('--epochs', flags.epochs) }),
    ...(flags.seed !== undefined && { seed: wholeNumber('--seed', flags.seed) }),
  };
  return { ...plan, training };
}

function wholeNumber(flag: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new TonewireError('TW_USAGE', `${flag} takes a whole number from 1, not "${text}".`);
}

function describeSides({ train, validation, test }: Sides): string {
  const side = (name: string, clips: Sides['train']) => {
    const speakers = [...new Set(clips.map(({ speaker }) => speaker))];
    return `  ${name}: ${clips.length} recordings of ${speakers.join(', ')}`;
  };
  return [side('train', train), side('validation', validation), side('test', test)].join('\n');
}

function describeEpoch({ epoch, epochs, trainingLoss, validation }: EpochReport): string {
  const heard = Object.entries(validation ?? {}).map(
    ([corpus, { unweightedAccuracy }]) => `  ${corpus} ${unweightedAccuracy.toFixed(3)}`,
  );
  const validated = heard.length === 0 ? '' : `  validation UA${heard.join('')}`;
  return `epoch ${epoch}/${epochs}  loss ${trainingLoss.toFixed(3)}${validated}`;
}

/** To standard error, so that standard output stays the result's own. */
function log(text: string): void {
  process.stderr.write(`${text}\n`);
}
