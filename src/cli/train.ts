import { basename } from 'node:path';
import { Command } from 'commander';
import { systemClock } from '../protocol/clock.ts';
import { TonewireError } from '../protocol/errors.ts';
import type { SplitSizes } from '../training/train-model.ts';
import type { EpochReport } from '../training/trainer.ts';
import { readTrainingPlan, type TrainingPlan } from '../training/training-plan.ts';
import { type ClipSource, clipSourceOptions, readClips } from './labelled-clips.ts';
import { progressBar } from './progress.ts';

interface TrainFlags extends ClipSource {
  readonly recipe: string;
  readonly noise?: string;
  readonly out: string;
  readonly epochs?: string;
  readonly seed?: string;
}

const EXAMPLES = `
Examples:
  The shipped model again, from RAVDESS and a folder of noises:
    tonewire train --recipe models/recipes/emotion-v1.json --corpus ravdess --data DIR \\
      --noise NOISES --out models/emotion-v1

  A model on recordings that you may use as you like (path,label,speaker):
    tonewire train --recipe models/recipes/emotion-v1.json --manifest calls.csv \\
      --noise NOISES --out models/mine

The schedule is fixed and the last averaged weights are kept: nothing is chosen on the test side.
Measure the result with tonewire evaluate.`;

/** `tonewire train`: labelled recordings in, a model folder out. */
export function trainCommand(): Command {
  const command = new Command('train')
    .description('train a model on labelled recordings and write its folder')
    .requiredOption('--recipe <file>', 'what to train and how: a file of models/recipes')
    .option('--noise <dir>', 'recordings of noise that the recipe may mix in')
    .requiredOption('--out <dir>', 'where the model folder is written')
    .option('--epochs <n>', "instead of the recipe's")
    .option('--seed <n>', "instead of the recipe's")
    .addHelpText('after', EXAMPLES)
    .action(run);
  for (const option of clipSourceOptions()) command.addOption(option);
  return command;
}

async function run(flags: TrainFlags): Promise<void> {
  const plan = planFor(await readTrainingPlan(flags.recipe), flags);
  const { clips } = await readClips({ corpus: plan.corpus, ...flags });
  const reading = progressBar('Reading ');
  const training = progressBar('Training');
  const { trainModel } = await import('../training/train-model.ts');
  const trained = trainModel({
    plan,
    clips,
    out: flags.out,
    clock: systemClock,
    ...(flags.noise !== undefined && { noiseFolder: flags.noise }),
    onSplit: (sides) => log(describeSplit(sides)),
    onClip: (done, total) => {
      reading.update(done, total);
      if (done === total) reading.stop();
    },
    onStep: ({ step, steps, loss }) => training.update(step, steps, `loss ${loss.toFixed(3)}`),
    onEpoch: (report) => log(describeEpoch(report)),
  });
  const { folder } = await trained.finally(() => {
    reading.stop();
    training.stop();
  });
  const { id, temperature } = folder.manifest;
  process.stdout.write(`${id} written to ${folder.path}, temperature ${temperature.toFixed(2)}\n`);
}

/** A manifest has no published folds: its speakers are dealt into five. */
function planFor(plan: TrainingPlan, flags: TrainFlags): TrainingPlan {
  const own: Partial<TrainingPlan> =
    flags.manifest === undefined
      ? {}
      : {
          model: basename(flags.out),
          corpus: 'manifest',
          licence: "the recordings' owner's",
          protocol: 'speakers-5',
          fold: 1,
        };
  const training = {
    ...plan.training,
    ...(flags.epochs !== undefined && { epochs: wholeNumber('--epochs', flags.epochs) }),
    ...(flags.seed !== undefined && { seed: wholeNumber('--seed', flags.seed) }),
  };
  return { ...plan, ...own, training };
}

function wholeNumber(flag: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new TonewireError('TW_USAGE', `${flag} takes a whole number from 1, not "${text}".`);
}

function describeSplit({ train, validation, test }: SplitSizes): string {
  const side = (name: string, clips: SplitSizes['train']) => {
    const speakers = [...new Set(clips.map(({ speaker }) => speaker))];
    return `${name}: ${clips.length} recordings of ${speakers.join(', ')}`;
  };
  return [side('train', train), side('validation', validation), side('test', test)].join('\n');
}

function describeEpoch({ epoch, epochs, trainingLoss, validation }: EpochReport): string {
  const heard =
    validation === undefined
      ? ''
      : `  validation accuracy ${validation.accuracy.toFixed(3)}, unweighted ${validation.unweightedAccuracy.toFixed(3)}`;
  return `epoch ${epoch}/${epochs}  loss ${trainingLoss.toFixed(3)}${heard}`;
}

/** To standard error, so that standard output stays the result's own. */
function log(text: string): void {
  process.stderr.write(`${text}\n`);
}
