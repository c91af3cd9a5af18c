import { writeFile } from 'node:fs/promises';
import { type CapacityOptions, type CapacityReport, measureCapacity } from '../bench/capacity.ts';
import { DEFAULT_RAMP, measureRamp, type RampReport } from '../bench/ramp.ts';
import { readVoices } from '../bench/voices.ts';
import type { CapacityCommandOptions } from '../bench.ts';
import { configFlags } from '../config-flags.ts';
import { table } from '../render/summary.ts';

const NOT_HELD =
  'The gateway could not keep up: it had not heard all of the audio yet, so its CPU time is too low. Measure with fewer legs.';
const BOTTLENECK =
  'The callers themselves were late or short of CPU: these figures say less about the gateway than about them.';

/** Measures one load, or more and more, and prints the report. */
export async function benchCapacity(options: CapacityCommandOptions): Promise<void> {
  const { legs } = options;
  const load = await loadOf(options);
  if (legs !== undefined) {
    const report = await measureCapacity({ ...load, legs });
    await write(options, report, reportLines(report), [report]);
    return;
  }
  const ramp = await measureRamp(load, DEFAULT_RAMP);
  await write(options, ramp, rampLines(ramp), ramp.loads);
}

/** Measures how soon a gateway answers that has little to do. */
export async function benchLatency(options: CapacityCommandOptions): Promise<void> {
  const report = await measureCapacity({ ...(await loadOf(options)), legs: options.legs ?? 10 });
  const { legs, legsHeld, latencyMs, firstEmotionMs, readyMs, eventLoopDelayMs } = report;
  const { generator, machine, commit } = report;
  const figures = { legs, legsHeld, latencyMs, firstEmotionMs, readyMs, eventLoopDelayMs };
  const lines = [latencyLine(report), firstLine(report), `Ready ${readyMs} ms after its start.`];
  await write(options, { ...figures, generator, machine, commit }, lines, []);
}

async function loadOf(options: CapacityCommandOptions): Promise<Omit<CapacityOptions, 'legs'>> {
  return {
    seconds: options.seconds,
    warmUpSeconds: options.warmUp,
    voices: await readVoices(options.audio),
    bothTracks: options.bothTracks ?? false,
    jitterMs: options.jitter,
    subscribers: options.subscribers,
    callerProcesses: options.callerProcesses,
    flags: configFlags(options),
    onPhase: (phase) => console.error(`${phase} …`),
  };
}

async function write(
  options: CapacityCommandOptions,
  report: object,
  lines: readonly string[],
  loads: readonly CapacityReport[],
): Promise<void> {
  const json = JSON.stringify(report, null, 2);
  if (options.out !== undefined) await writeFile(options.out, `${json}\n`);
  if (options.plot !== undefined) {
    const { capacityPlot } = await import('../bench/capacity-plot.ts');
    await writeFile(options.plot, capacityPlot(loads));
  }
  if (options.json) console.log(json);
  else for (const line of lines) console.log(line);
}

function rampLines({ loads, largestCarried, costGrowth }: RampReport): string[] {
  const rows = loads.map(
    ({ legs, legsHeld, cpuMsPerAudioSecond, latencyMs, memoryPerLegBytes }) => [
      String(legs),
      String(legsHeld),
      `${cpuMsPerAudioSecond} ms`,
      latencyMs === null ? 'none' : `${latencyMs.p99} ms`,
      kibibytes(memoryPerLegBytes),
    ],
  );
  return [
    ...table([['legs', 'held', 'CPU a second of a leg', 'latency p99', 'memory a leg'], ...rows]),
    `Carried: ${largestCarried} legs.${costGrowth === null ? '' : ` A leg cost ${costGrowth} times what it cost at the smallest load.`}`,
  ];
}

function latencyLine({ latencyMs: latency }: CapacityReport): string {
  return latency === null
    ? 'No update came while measuring.'
    : `Latency of an update: ${latency.p50} ms median, ${latency.p95} ms p95, ${latency.p99} ms p99, ${latency.max} ms at most.`;
}

function firstLine({ firstEmotionMs: first }: CapacityReport): string {
  return first === null
    ? 'Nobody began with a second of speech.'
    : `First emotion after the onset of speech: ${first.p50} ms median, ${first.p95} ms p95.`;
}

/** The report for people. */
function reportLines(report: CapacityReport): string[] {
  const { stages, machine, drops, generator, gc } = report;
  const ms = (value: number) => `${value.toFixed(3)} ms`;
  return [
    `${report.legsHeld} of ${report.legs} legs held for ${report.seconds} s, ${percent(report.speechShare)} of it speech; ${drops.events} gaps.`,
    ...(report.legsHeld < report.legs ? [NOT_HELD] : []),
    ...(generator.bottleneck ? [BOTTLENECK] : []),
    `${ms(report.cpuMsPerAudioSecond)} of CPU per second of a leg's audio:`,
    ...table(Object.entries(stages).map(([stage, cost]) => [`  ${stage}`, ms(cost)])),
    `Model steps served ${report.meanBatchLegs} legs on average.`,
    latencyLine(report),
    firstLine(report),
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
