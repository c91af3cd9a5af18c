import { join } from 'node:path';
import { Command } from 'commander';
import { PACKAGE_ROOT } from '../package-root.ts';
import { parseCount } from './arguments.ts';
import { addConfigFlags, type ConfigFlagOptions } from './config-flags.ts';

export interface BenchOptions extends ConfigFlagOptions {
  readonly legs: number;
  readonly seconds: number;
  readonly warmUp: number;
  readonly file: string;
  readonly json?: boolean;
  readonly out?: string;
}

const SAMPLE_CALL = join(PACKAGE_ROOT, 'media', 'sample-call', 'sample-call.wav');

const HELP = `
The gateway runs in a process of its own, and its CPU time is what counts; the callers and the one
subscriber to its feed run in this one. Both share the machine: leave it a core for the callers.
Every caller is one leg at real-time pace, 50 messages a second, and says the recording's first
channel over and over, each from another place. The repository's bench/README.md defines every figure.

Examples:
  tonewire bench capacity                           50 legs for 20 s
  tonewire bench capacity --legs 400 --seconds 60 --json --out capacity.json`;

/** `tonewire bench`: what this machine carries. */
export function benchCommand(): Command {
  const capacity = new Command('capacity')
    .description('Measures the CPU time, latency and memory of so many live legs.')
    .option('--legs <n>', 'calls of one leg each', parseCount, 50)
    .option('--seconds <n>', 'how long to measure', parseCount, 20)
    .option('--warm-up <n>', 'seconds before that', parseCount, 5)
    .option('--file <recording>', 'what is said', SAMPLE_CALL)
    .option('--json', 'the report as one JSON object, and nothing else')
    .option('--out <file>', 'write the report there too')
    .addHelpText('after', HELP)
    .action(async (options: BenchOptions) => (await import('./actions/bench.ts')).bench(options));
  return new Command('bench')
    .summary('measure what this machine carries')
    .description('Measures what this machine carries.')
    .addCommand(addConfigFlags(capacity));
}
