import { writeFile } from 'node:fs/promises';
import { type CapacityReport, measureCapacity } from '../bench/capacity.ts';
import type { BenchOptions } from '../bench.ts';
import { readCallAudio, twilioTracks } from '../callers/call-audio.ts';
import { configFlags } from '../config-flags.ts';
import { table } from '../render/summary.ts';

const NOT_HELD =
  'The gateway could not keep up: it had not heard all of the audio yet, so its CPU time is too low. Measure with fewer legs.';

/** Measures one fleet of legs and prints the report. */
export async function bench(options: BenchOptions): Promise<void> {
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
