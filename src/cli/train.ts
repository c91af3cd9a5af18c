import { Command, Option } from 'commander';
import { TRAINING_ENGINES, type TrainingEngineName } from '../training/engines/gradient-engine.ts';
import { parseCount, parseFolds } from './arguments.ts';
import { type ClipSource, clipSourceOptions } from './labelled-clips.ts';

export interface TrainFlags extends ClipSource {
  readonly recipe: string;
  readonly noise?: string;
  readonly out: string;
  readonly fold?: readonly number[] | 'all';
  readonly from?: string;
  readonly teacher?: string;
  readonly cache?: string;
  readonly engine: TrainingEngineName | 'auto';
  readonly resume?: boolean;
  readonly set?: readonly string[];
  readonly epochs?: number;
  readonly seed?: number;
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
    .option(
      '--fold <n|all>',
      "the fold to hold out, several (1,3), or all; default: the recipe's",
      parseFolds,
    )
    .option(
      '--from <model>',
      'a model folder whose weights to begin with; for several folds also a folder with fold-1, fold-2, …',
    )
    .option(
      '--teacher <model>',
      "a model that teaches the members instead of the recipe's teachers; for several folds as with --from",
    )
    .option('--cache <dir>', 'keep features here, for later runs on the same recordings')
    .option('--resume', 'go on where an interrupted run into the same folder stopped')
    .addOption(engines)
    .option(
      '--set <path=value...>',
      "a field of the recipe and a JSON value instead of the recipe's: augmentation.noise.probability=0",
    )
    .option('--epochs <n>', "instead of the recipe's", parseCount)
    .option('--seed <n>', "instead of the recipe's", parseCount)
    .addHelpText('after', EXAMPLES)
    .action(async (flags: TrainFlags) => (await import('./actions/train.ts')).train(flags));
  for (const option of clipSourceOptions()) command.addOption(option);
  return command;
}
