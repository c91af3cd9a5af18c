import { join } from 'node:path';
import { Command } from 'commander';
import { PACKAGE_ROOT } from '../package-root.ts';
import { parseCount, parseMilliseconds } from './arguments.ts';
import { addConfigFlags, type ConfigFlagOptions } from './config-flags.ts';

export interface CapacityCommandOptions extends ConfigFlagOptions {
  readonly legs: number;
  readonly seconds: number;
  readonly warmUp: number;
  readonly audio: readonly string[];
  readonly bothTracks?: boolean;
  readonly jitter: number;
  readonly subscribers: number;
  readonly callerProcesses: number;
  readonly json?: boolean;
  readonly out?: string;
}

const SAMPLE_CALL = join(PACKAGE_ROOT, 'media', 'sample-call', 'sample-call.wav');

const CAPACITY_HELP = `
The gateway runs in a process of its own, and its CPU time is what counts; callers and subscribers run
in others, on the same machine: leave them a core. Every caller is Twilio's side of one call at
real-time pace, 50 messages a second a track, and says a recording's first channel over and over, each
from another place. The repository's bench/README.md defines every figure.

Examples:
  tonewire bench capacity --legs 300 --seconds 30 --json
  tonewire bench capacity --legs 300 --both-tracks --audio one.wav two.wav --out capacity.json`;

/** `tonewire bench`: what this machine carries. */
export function benchCommand(): Command {
  const capacity = new Command('capacity')
    .description('Measures the CPU time, latency and memory of so many live calls.')
    .option('--legs <n>', 'calls of one analysed leg each', parseCount, 50)
    .option('--seconds <n>', 'how long to measure', parseCount, 20)
    .option('--warm-up <n>', 'seconds before that', parseCount, 5)
    .option('--audio <recordings...>', 'what is said', [SAMPLE_CALL])
    .option('--both-tracks', 'send the other side of each call too, which is not analysed')
    .option('--jitter <ms>', 'how late a message may leave, at most', parseMilliseconds, 5)
    .option('--subscribers <n>', 'subscribers of the feed', parseCount, 1)
    .option('--caller-processes <n>', 'processes for callers and subscribers', parseCount, 1)
    .option('--json', 'the report as one JSON object, and nothing else')
    .option('--out <file>', 'write the report there too')
    .addHelpText('after', CAPACITY_HELP)
    .action(async (options: CapacityCommandOptions) =>
      (await import('./actions/bench-capacity.ts')).benchCapacity(options),
    );
  return new Command('bench')
    .summary('measure what this machine carries')
    .description('Measures what this machine carries.')
    .addCommand(addConfigFlags(capacity));
}
