import { Command } from 'commander';
import { parseSpeed } from './arguments.ts';
import { addConfigFlags, type ConfigFlagOptions } from './config-flags.ts';

export interface DemoOptions extends ConfigFlagOptions {
  readonly speed?: number;
  readonly json?: boolean;
}

/** Somebody who watches wants to see it live; a log only wants to see it end. */
export const WATCHED_SPEED = 1;
export const UNWATCHED_SPEED = 4;

const HELP = `
The call is made up and both voices are a speech synthesiser: it shows that the machinery works,
not how well it hears people. Only the customer is analysed. To hear the agent too, which the law
permits for medical or safety reasons only, name your basis:
  tonewire demo --set analysis.legs.agent.analysed=true \\
      --set analysis.legs.agent.legalBasis="a synthetic voice"

Examples:
  tonewire demo                in real time, about a minute
  tonewire demo --speed 4      four times as fast
  tonewire demo --json         the events, one a line`;

/** `tonewire demo`: a sample call over a real socket, shown as it is heard. */
export function demoCommand(): Command {
  const command = new Command('demo')
    .summary('hear a sample call, in the terminal')
    .description(
      'Starts a gateway, plays a sample call to it over a WebSocket as Twilio would, and shows what is heard.',
    )
    .option(
      '--speed <n>',
      `times real time (default: ${WATCHED_SPEED} when drawn in a terminal, else ${UNWATCHED_SPEED})`,
      parseSpeed,
    )
    .option('--json', 'one event (CloudEvents 1.0) a line, and nothing else')
    .addHelpText('after', HELP)
    .action(async (options: DemoOptions) => (await import('./actions/demo.ts')).demo(options));
  return addConfigFlags(command);
}
