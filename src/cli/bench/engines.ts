import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compressModel } from '../../compression/compress-model.ts';
import { stepCosts } from '../../compression/step-cost.ts';
import type { Engine } from '../../pipeline/engines/engine.ts';
import { ENGINE_NAMES, type EngineName, loadEngine } from '../../pipeline/engines/load-engine.ts';
import { checkGolden } from '../../pipeline/golden.ts';
import { loadModelFolder, type ModelFolder } from '../../pipeline/model-folder.ts';
import { TonewireError } from '../../protocol/errors.ts';
import { rounded } from './distribution.ts';
import { type Machine, measuredCommit, thisMachine } from './machine.ts';

/** One engine with one set of weights. */
export interface EngineLine {
  readonly engine: string;
  readonly weights: 'fp32' | 'int8';
  /** CPU milliseconds for one second of one leg's speech, by legs in a step. */
  readonly cpuMsPerSpeechSecond: Readonly<Record<string, number>>;
  /** How far its logits are from the fp32 model's golden ones, at most. */
  readonly parity: number;
}

export interface EnginesReport {
  readonly engines: readonly EngineLine[];
  /** Engines that this machine does not have, and why. */
  readonly absent: Readonly<Record<string, string>>;
  readonly model: string;
  readonly machine: Machine;
  readonly commit: string | null;
}

/** Measures every engine that is present, on one thread, with the weights as they are and in int8. */
export async function measureEngines(
  folder: string,
  batches: readonly number[],
  onPhase: (phase: string) => void,
): Promise<EnginesReport> {
  const fp32 = await loadModelFolder(folder);
  const scratch = await mkdtemp(join(tmpdir(), 'tonewire-bench-'));
  try {
    const int8 = await compressModel(fp32, { kind: 'int8' }, join(scratch, 'int8'));
    const lines: EngineLine[] = [];
    const absent: Record<string, string> = {};
    for (const name of ENGINE_NAMES) {
      if (name === 'auto') continue;
      for (const [weights, model] of Object.entries({ fp32, int8 })) {
        onPhase(`${name}, ${weights}`);
        const line = await measureEngine(name, model, fp32, batches);
        if (typeof line === 'string') absent[name] = line;
        else lines.push({ ...line, weights: weights as EngineLine['weights'] });
      }
    }
    const { id } = fp32.manifest;
    return {
      engines: lines,
      absent,
      model: id,
      machine: thisMachine(),
      commit: measuredCommit(),
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Why it is absent, where it is. */
async function measureEngine(
  name: EngineName,
  model: ModelFolder,
  { golden }: ModelFolder,
  batches: readonly number[],
): Promise<Omit<EngineLine, 'weights'> | string> {
  let engine: Engine;
  try {
    engine = await loadEngine(name, model, { threads: 1 });
  } catch (cause) {
    if (cause instanceof TonewireError && cause.code === 'TW_ENGINE_MISSING') return cause.message;
    throw cause;
  }
  const costs: Record<string, number> = {};
  for (const batch of batches) {
    const [cost] = await stepCosts([engine], model, batch);
    costs[batch] = rounded(cost!, 4);
  }
  const parity = await checkGolden(engine, { ...model, golden });
  await engine.close();
  return { engine: engine.name, cpuMsPerSpeechSecond: costs, parity };
}
