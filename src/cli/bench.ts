import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { PACKAGE_ROOT } from '../package-root.ts';
import { parseCount } from './arguments.ts';
import { type CapacityReport, measureCapacity } from './bench/capacity.ts';
import { readCallAudio, twilioTracks } from './callers/call-audio.ts';
import { addConfigFlags, type ConfigFlagOptions, configFlags } from './config-flags.ts';
import { table } from './render/summary.ts';

interface BenchOptions extends ConfigFlagOptions {
  readonly legs: number;
  readonly seconds: number;
  readonly warmUp: number;
  readonly file: string;
  readonly json?: boolean;
  readonly out?: string;
}

const SAMPLE_CALL = join(PACKAGE_ROOT, 'media', 'sample-call', 'sample-call.wav');

const NOT_HELD =
  'The gateway could not keep up: it had not heard all of the audio yet, so its CPU time is too low. Measure with fewer legs.';

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
    .action(bench);
  return new Command('bench')
    .summary('measure what this machine carries')
    .description('Measures what this machine carries.')
    .addCommand(addConfigFlags(capacity));
}

async function bench(options: BenchOptions): Promise<void> {
  const { legs, seconds, warmUp, file } = options;
  const audio = await readCallAudio(file);
  const [customer] = twilioTracks({ ...audio, speakers: audio.speakers.slice(0, 1) });
  const report = await measureCapacity({
    legs,
    seconds,
    warmUpSeconds: warmUp,
    payloads: customer!.payloads.slice(0, -1), // the last may be short, and would shift what follows
    flags: configFlags(options),
    onPhase: (phase) => console.error(`${phase} …`),
  });
  const json = JSON.stringify(report, null, 2);
  if (options.out !== undefined) await writeFile(options.out, `${json}\n`);
  if (options.json) console.log(json);
  else for (const line of reportLines(report)) console.log(line);
}

/** The report for people. */
function reportLines(report: CapacityReport): string[] {
  const { stages, latencyMs: latency, machine, drops } = report;
  const ms = (value: number) => `${value.toFixed(3)} ms`;
  return [
    `${report.legsHeld} of ${report.legs} legs held for ${report.seconds} s, ${Math.round(report.speechShare * 100)} % of it speech; ${drops.events} gaps.`,
    ...(report.legsHeld < report.legs ? [NOT_HELD] : []),
    `${ms(report.cpuMsPerAudioSecond)} of CPU per second of a leg's audio:`,
    ...table(Object.entries(stages).map(([stage, cost]) => [`  ${stage}`, ms(cost)])),
    `Model steps served ${report.meanBatchLegs} legs on average.`,
    latency === null
      ? 'No update came while measuring.'
      : `Latency of an update: ${latency.p50} ms median, ${latency.p95} ms p95, ${latency.p99} ms p99, ${latency.max} ms at most.`,
    `Memory per leg: ${kibibytes(report.memoryPerLegBytes)} live, ${kibibytes(report.residentBytesPerLeg)} resident.`,
    `${report.engine}, ${report.model}, ${machine.cpuModel}, ${machine.cores} cores, Node ${machine.nodeVersion}, commit ${report.commit ?? 'unknown'}.`,
  ];
}

function kibibytes(bytes: number | null): string {
  return bytes === null ? 'not measurable' : `${Math.round(bytes / 1024)} KiB`;
}
