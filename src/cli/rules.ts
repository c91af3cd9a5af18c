import { Command, Option } from 'commander';
import { LEGS, type Leg } from '../protocol/labels.ts';
import { addConfigFlags, type ConfigFlagOptions } from './config-flags.ts';

export interface RulesTestOptions extends ConfigFlagOptions {
  readonly config?: string;
  readonly leg?: Leg;
  readonly json?: boolean;
}

const HELP = `
The recording goes through the whole pipeline, faster than real time; nothing is sent anywhere. For
each rule it prints when it would have fired, and otherwise how long it held and how close each of
its conditions came. One channel is the customer; of two, the left is the customer and the right the
agent.

Examples:
  tonewire rules test call.wav --config config.json
  tonewire rules test call.wav --config config.json --json
  tonewire rules test call.wav --set 'alerts=[{"name":"cross","emotion":"anger","forMs":3000,"text":"Cross."}]'`;

/** `tonewire rules`: alert rules, tried on recordings. */
export function rulesCommand(): Command {
  const test = new Command('test')
    .description(
      'Plays a recording to the alert rules of a configuration and says when each fires.',
    )
    .argument('<recording>', 'WAV, FLAC, MP3 or Ogg Opus')
    .option('--config <file>', 'the configuration whose alerts are tried')
    .addOption(new Option('--leg <leg>', 'the whole file is this speaker').choices(LEGS))
    .option('--json', 'the outcome as one JSON object, and nothing else')
    .addHelpText('after', HELP)
    .action(async (path: string, options: RulesTestOptions) =>
      (await import('./actions/rules-test.ts')).rulesTest(path, options),
    );
  return new Command('rules')
    .summary('try alert rules on a recording')
    .description('Tries alert rules on a recording.')
    .addCommand(addConfigFlags(test));
}
