import { writeFile } from 'node:fs/promises';
import { type CapacityReport, measureCapacity } from '../bench/capacity.ts';
import { readVoices } from '../bench/voices.ts';
import type { CapacityCommandOptions } from '../bench.ts';
import { configFlags } from '../config-flags.ts';
import { table } from '../render/summary.ts';

const NOT_HELD =
  'The gateway could not keep up: it had not heard all of the audio yet, so its CPU time is too low. Measure with fewer legs.';
const BOTTLENECK =
  'The callers themselves were late or short of CPU: these figures say less about the gateway than about them.';

/** Measures one load and prints the report. */
export async function benchCapacity(options: CapacityCommandOptions): Promise<void> {
  const report = await measureCapacity({
    legs: options.legs,
    seconds: options.seconds,
    warmUpSeconds: options.warmUp,
    voices: await readVoices(options.audio),
    bothTracks: options.bothTracks ?? false,
    jitterMs: options.jitter,
    subscribers: options.subscribers,
    callerProcesses: options.callerProcesses,
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
  const { stages, latencyMs: latency, machine, drops, generator, gc } = report;
  const ms = (value: number) => `${value.toFixed(3)} ms`;
  return [
    `${report.legsHeld} of ${report.legs} legs held for ${report.seconds} s, ${percent(report.speechShare)} of it speech; ${drops.events} gaps.`,
    ...(report.legsHeld < report.legs ? [NOT_HELD] : []),
    ...(generator.bottleneck ? [BOTTLENECK] : []),
    `${ms(report.cpuMsPerAudioSecond)} of CPU per second of a leg's audio:`,
    ...table(Object.entries(stages).map(([stage, cost]) => [`  ${stage}`, ms(cost)])),
    `Model steps served ${report.meanBatchLegs} legs on average.`,
    latency === null
      ? 'No update came while measuring.'
      : `Latency of an update: ${latency.p50} ms median, ${latency.p95} ms p95, ${latency.p99} ms p99, ${latency.max} ms at most.`,
    `Memory per leg: ${kibibytes(report.memoryPerLegBytes)} live, ${kibibytes(report.residentBytesPerLeg)} resident.`,
    `Garbage collection took ${percent(gc.shareOfTime)} of the time; timers were ${report.eventLoopDelayMs.p99} ms late at p99.`,
    `The callers used ${percent(generator.cpuShare)} of a core and were ${generator.lateMs.p99} ms late at p99.`,
    `${report.engine}, ${report.model}, ${machine.cpuModel}, ${machine.cores} cores, Node ${machine.nodeVersion}, commit ${report.commit ?? 'unknown'}.`,
  ];
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function kibibytes(bytes: number | null): string {
  return bytes === null ? 'not measurable' : `${Math.round(bytes / 1024)} KiB`;
}
