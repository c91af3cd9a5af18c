import { writeFile } from 'node:fs/promises';
import { loadConfig } from '../../config/load-config.ts';
import { findModelFolder } from '../../tonewire.ts';
import { type EnginesReport, measureEngines } from '../bench/engines.ts';
import type { EnginesCommandOptions } from '../bench.ts';
import { table } from '../render/summary.ts';

/** Measures the engines that are present and prints a line for each. */
export async function benchEngines(options: EnginesCommandOptions): Promise<void> {
  const model = options.model ?? loadConfig().analysis.model;
  const report = await measureEngines(findModelFolder(model), options.batches, (phase) =>
    console.error(`${phase} …`),
  );
  const json = JSON.stringify(report, null, 2);
  if (options.out !== undefined) await writeFile(options.out, `${json}\n`);
  if (options.json) console.log(json);
  else for (const line of reportLines(report, options.batches)) console.log(line);
}

function reportLines({ engines, absent, model }: EnginesReport, batches: readonly number[]) {
  const head = ['engine', 'weights', ...batches.map((batch) => `batch ${batch}`), 'parity'];
  const rows = engines.map(({ engine, weights, cpuMsPerSpeechSecond, parity }) => [
    engine,
    weights,
    ...batches.map((batch) => `${cpuMsPerSpeechSecond[batch]} ms`),
    parity.toExponential(1),
  ]);
  return [
    `CPU milliseconds for one second of one leg's speech, ${model}, one thread:`,
    ...table([head, ...rows]),
    ...Object.entries(absent).map(([engine, why]) => `${engine} is not here: ${why}`),
  ];
}
