import { Command, InvalidArgumentError, Option } from 'commander';
import { type ClipSource, clipSourceOptions } from './labelled-clips.ts';
import { type TestSideFlags, testSideOptions } from './test-side.ts';

export interface CompressFlags extends ClipSource, TestSideFlags {
  readonly model: string;
  readonly int8?: boolean;
  readonly prune?: number;
  readonly out: string;
}

const EXAMPLES = `
Examples:
  8-bit weights, with what they cost in accuracy:
    tonewire compress --model models/emotion-v2 --int8 --out models/emotion-v2-int8 \\
      --corpus ravdess --data DIR --protocol emobox --fold 1

  Without the smaller half of the weights (smaller in an archive; no faster):
    tonewire compress --model models/emotion-v2 --prune 0.5 --out models/emotion-v2-pruned

The new folder is served like any other: tonewire serve --model DIR. Its accuracy is its own, so
measure it: with recordings given, both models are streamed through the serving pipeline.`;

/** `tonewire compress`: a model folder in, a smaller one out, and what it cost. */
export function compressCommand(): Command {
  const command = new Command('compress')
    .description('make a model smaller, and measure what that costs')
    .option('--model <dir>', 'model folder', 'models/emotion-v2')
    .addOption(
      new Option('--int8', '8-bit weights: smaller; arithmetic as before').conflicts('prune'),
    )
    .addOption(
      new Option(
        '--prune <share>',
        'set this share of the weights to zero, the smallest',
      ).argParser(parseShare),
    )
    .requiredOption('--out <dir>', 'where the new model folder is written')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: CompressFlags) =>
      (await import('./actions/compress.ts')).compress(flags),
    );
  for (const option of [...clipSourceOptions(), ...testSideOptions()]) command.addOption(option);
  return command;
}

function parseShare(text: string): number {
  const share = Number(text);
  if (!(share > 0 && share < 1)) throw new InvalidArgumentError('a number between 0 and 1');
  return share;
}
