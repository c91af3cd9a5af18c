import { join } from 'node:path';
import { Command } from 'commander';
import { PACKAGE_ROOT } from '../package-root.ts';
import { parseCount, parseMilliseconds } from './arguments.ts';
import { addConfigFlags, type ConfigFlagOptions } from './config-flags.ts';

export interface CapacityCommandOptions extends ConfigFlagOptions {
  /** Absent: a ramp. */
  readonly legs?: number;
  readonly seconds: number;
  readonly warmUp: number;
  readonly audio: readonly string[];
  readonly bothTracks?: boolean;
  readonly jitter: number;
  readonly subscribers: number;
  readonly callerProcesses: number;
  readonly json?: boolean;
  readonly out?: string;
  readonly plot?: string;
}

export interface EnginesCommandOptions {
  readonly model?: string;
  readonly batches: readonly number[];
  readonly json?: boolean;
  readonly out?: string;
}

const SAMPLE_CALL = join(PACKAGE_ROOT, 'media', 'sample-call', 'sample-call.wav');
const BATCHES = [1, 16, 64, 256, 1024];

const CAPACITY_HELP = `
The gateway runs in a process of its own, and its CPU time is what counts; callers and subscribers run
in others, on the same machine: leave them a core. Every caller is Twilio's side of one call at
real-time pace, 50 messages a second a track, and says a recording's first channel over and over, each
from another place. Without --legs there are more and more of them, until audio is lost, an answer
comes too late, or the callers themselves cannot keep up. The repository's bench/README.md defines
every figure.

Examples:
  tonewire bench capacity --out capacity.json --plot capacity.svg
  tonewire bench capacity --legs 300 --seconds 30 --json
  tonewire bench capacity --legs 300 --both-tracks --audio one.wav two.wav`;

/** `tonewire bench`: what this machine carries. */
export function benchCommand(): Command {
  const command = new Command('bench')
    .summary('measure what this machine carries')
    .description('Measures what this machine carries.');
  command.addCommand(capacityCommand());
  command.addCommand(latencyCommand());
  command.addCommand(enginesCommand());
  return command;
}

function capacityCommand(): Command {
  const command = loadCommand('capacity', 20)
    .description('Measures the CPU time, latency and memory of so many live calls.')
    .option('--legs <n>', 'calls of one analysed leg each (default: a ramp)', parseCount)
    .option('--plot <file>', 'draw cost and latency as an SVG')
    .addHelpText('after', CAPACITY_HELP)
    .action(async (options: CapacityCommandOptions) =>
      (await import('./actions/bench-capacity.ts')).benchCapacity(options),
    );
  return addConfigFlags(command);
}

function latencyCommand(): Command {
  const command = loadCommand('latency', 30)
    .description('Measures how soon an event is with a subscriber, on a gateway that is not busy.')
    .option('--legs <n>', 'calls of one analysed leg each', parseCount, 10)
    .action(async (options: CapacityCommandOptions) =>
      (await import('./actions/bench-capacity.ts')).benchLatency(options),
    );
  return addConfigFlags(command);
}

/** What every command with callers takes. */
function loadCommand(name: string, seconds: number): Command {
  return new Command(name)
    .option('--seconds <n>', 'how long to measure', parseCount, seconds)
    .option('--warm-up <n>', 'seconds before that', parseCount, 10)
    .option('--audio <recordings...>', 'what is said', [SAMPLE_CALL])
    .option('--both-tracks', 'send the other side of each call too, which is not analysed')
    .option('--jitter <ms>', 'how late a message may leave, at most', parseMilliseconds, 5)
    .option('--subscribers <n>', 'subscribers of the feed', parseCount, 1)
    .option('--caller-processes <n>', 'processes for callers and subscribers', parseCount, 1)
    .option('--json', 'the report as one JSON object, and nothing else')
    .option('--out <file>', 'write the report there too');
}

function enginesCommand(): Command {
  return new Command('engines')
    .description('Compares the engines that are installed, by batch size, in fp32 and int8.')
    .option('--model <folder>', 'the model to run (default: the shipped one)')
    .option('--batches <n...>', 'legs in a step', collectCounts, BATCHES)
    .option('--json', 'the report as one JSON object, and nothing else')
    .option('--out <file>', 'write the report there too')
    .action(async (options: EnginesCommandOptions) =>
      (await import('./actions/bench-engines.ts')).benchEngines(options),
    );
}

function collectCounts(text: string, before: readonly number[]): number[] {
  return [...(before === BATCHES ? [] : before), parseCount(text)];
}
