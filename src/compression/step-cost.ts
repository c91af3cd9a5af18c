import type { Engine, StepInput } from '../pipeline/engines/engine.ts';
import type { ModelFolder } from '../pipeline/model-folder.ts';
import { initialState } from '../pipeline/network/shape.ts';
import { createRandom } from '../training/random.ts';

const ROUNDS = 9;
/** CPU time a round: long beside the timer's grain. */
const ROUND_MS = 40;

/** Frames spread as the model's own features are, one step of `batchSize` fresh legs. */
function stepInput({ manifest, weights }: ModelFolder, batchSize: number): StepInput {
  const { shape, stepFrames } = manifest;
  const random = createRandom(batchSize);
  const mean = weights['input.mean'];
  const scale = weights['input.scale'];
  const length = batchSize * stepFrames * shape.featureCount;
  const frames = Float32Array.from({ length }, (_, i) => {
    const column = i % shape.featureCount;
    return scale[column] === 0 ? 0 : mean[column]! + random.normal() / scale[column]!;
  });
  const fresh = initialState(shape);
  const state = Float32Array.from(
    { length: batchSize * fresh.length },
    (_, i) => fresh[i % fresh.length]!,
  );
  return { batchSize, frameCount: stepFrames, frames, state };
}

/** CPU milliseconds of one step, all threads of the process, in one round. */
async function roundMs(engine: Engine, input: StepInput): Promise<number> {
  const before = process.cpuUsage();
  for (let steps = 1; ; steps++) {
    await engine.step(input);
    const { user, system } = process.cpuUsage(before);
    const usedMs = (user + system) / 1000;
    if (usedMs >= ROUND_MS) return usedMs / steps;
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/**
 * CPU milliseconds of model steps that one second of one leg's speech costs, for each engine. The
 * engines take turns, so that other work on the machine falls on all of them; of nine rounds the
 * middle one counts.
 */
export async function stepCosts(
  engines: readonly Engine[],
  model: ModelFolder,
  batchSize: number,
): Promise<number[]> {
  const input = stepInput(model, batchSize);
  const rounds: number[][] = engines.map(() => []);
  for (const engine of engines) await roundMs(engine, input);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, engine] of engines.entries()) rounds[i]!.push(await roundMs(engine, input));
  }
  const { stepFrames, shape } = model.manifest;
  const legSeconds = (batchSize * stepFrames * shape.hopMs) / 1000;
  return rounds.map((times) => median(times) / legSeconds);
}
