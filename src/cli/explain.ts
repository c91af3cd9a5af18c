import { Command } from 'commander';
import { type ClipSource, clipSourceOptions } from './labelled-clips.ts';
import { type TestSideFlags, testSideOptions } from './test-side.ts';

export interface ExplainFlags extends ClipSource, TestSideFlags {
  readonly model: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Example:
  On the speakers that emotion-v2 never heard:
    tonewire explain --model models/emotion-v2 --corpus ravdess --data DIR --protocol emobox --fold 1

The deletion test: a fifth of the speech is taken away, chosen by each method, and the model reads
again. What an explanation points to must be worth more to the answer than as much speech taken by
chance, and more than the loudest.`;

/** `tonewire explain`: whether what the model weighed, and what it added up, explain its answers. */
export function explainCommand(): Command {
  const command = new Command('explain')
    .description('test whether attention and contributions explain what a model answers')
    .option('--model <dir>', 'model folder', 'models/emotion-v2')
    .option('--json', 'print one JSON object and nothing else')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: ExplainFlags) => (await import('./actions/explain.ts')).explain(flags));
  for (const option of [...clipSourceOptions(), ...testSideOptions()]) command.addOption(option);
  return command;
}
