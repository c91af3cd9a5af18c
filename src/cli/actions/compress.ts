import { compressModel } from '../../compression/compress-model.ts';
import type { Compression } from '../../compression/compression.ts';
import { type FileSizes, fileSizes } from '../../compression/file-sizes.ts';
import { stepCosts } from '../../compression/step-cost.ts';
import { loadConfig } from '../../config/load-config.ts';
import { evaluate } from '../../evaluation/evaluate.ts';
import { createAnalyser } from '../../pipeline/analyser.ts';
import { loadEngine } from '../../pipeline/engines/load-engine.ts';
import { loadModelFolder, type ModelFolder } from '../../pipeline/model-folder.ts';
import { TonewireError } from '../../protocol/errors.ts';
import type { CompressFlags } from '../compress.ts';
import { readClips } from '../labelled-clips.ts';
import { judgedClips } from '../test-side.ts';

/** Writes the smaller model and prints what it costs beside the original. */
export async function compress(flags: CompressFlags): Promise<void> {
  const compression = compressionOf(flags);
  const before = await loadModelFolder(flags.model);
  const after = await compressModel(before, compression, flags.out);
  const models = [before, after];
  const [old, made] = await Promise.all(models.map(({ path }) => fileSizes(path)));
  const rows = [
    row('', [before.manifest.id, after.manifest.id], 'ratio'),
    ...sizeRows(old!, made!),
    ...(await costRows(models)),
    ...(await accuracyRows(models, flags)),
  ];
  process.stdout.write(`${rows.join('\n')}\nWritten to ${after.path}\n`);
}

function row(name: string, values: readonly string[], change: string): string {
  return `${name.padEnd(38)}${values.map((value) => value.padStart(24)).join('')}${change.padStart(9)}`;
}

function numberRow(name: string, values: readonly number[], digits: number): string {
  const [before, after] = values as [number, number];
  const shown = values.map((value) => value.toFixed(digits));
  return row(name, shown, `× ${(after / before).toFixed(2)}`);
}

function sizeRows(before: FileSizes, after: FileSizes): string[] {
  const kib = (key: keyof FileSizes) => [before[key] / 1024, after[key] / 1024];
  return [
    numberRow('model.onnx, KiB', kib('graph'), 0),
    numberRow('model.onnx as gzip, KiB', kib('graphGzip'), 0),
    numberRow('weights.bin, KiB', kib('weights'), 0),
    numberRow('weights.bin as gzip, KiB', kib('weightsGzip'), 0),
  ];
}

const BATCH_SIZES = [1, 16, 64];

/** Of ONNX Runtime, the engine that serves by default. */
async function costRows(models: readonly ModelFolder[]): Promise<string[]> {
  const engines = await Promise.all(models.map((model) => loadEngine('onnxruntime', model)));
  const rows: string[] = [];
  for (const size of BATCH_SIZES) {
    const name = `CPU ms per second of speech, batch ${size}`;
    rows.push(numberRow(name, await stepCosts(engines, models[0]!, size), 3));
  }
  for (const engine of engines) await engine.close();
  return rows;
}

async function accuracyRows(
  models: readonly ModelFolder[],
  flags: CompressFlags,
): Promise<string[]> {
  if (flags.corpus === undefined && flags.manifest === undefined) return [];
  const { clips, labels } = await readClips(flags);
  const chosen = judgedClips(clips, flags, models[0]!.manifest);
  const { analysis, limits } = loadConfig();
  const results: number[] = [];
  for (const { path } of models) {
    const { maxGapFillMs } = limits;
    const analyser = await createAnalyser({ ...analysis, maxGapFillMs, model: path });
    const options = { codec: 'as-recorded', labels } as const;
    const result = await evaluate(analyser, chosen, options).finally(() => analyser.close());
    results.push(100 * result.unweightedAccuracy);
  }
  const [before, after] = results as [number, number];
  const points = `${after < before ? '−' : '+'}${Math.abs(after - before).toFixed(1)}`;
  const name = `unweighted accuracy, %, ${chosen.length} clips`;
  return [
    row(
      name,
      results.map((value) => value.toFixed(1)),
      points,
    ),
  ];
}

function compressionOf({ int8, prune }: CompressFlags): Compression {
  if (prune !== undefined) return { kind: 'prune', share: prune };
  if (int8 === true) return { kind: 'int8' };
  throw new TonewireError('TW_USAGE', 'Give --int8 or --prune SHARE.');
}
