import type { NetworkShape } from '../pipeline/network/shape.ts';
import type { WeightArrays } from '../pipeline/network/weights.ts';
import { TonewireError } from '../protocol/errors.ts';
import type { TrainingClip } from './batches.ts';
import { readCheckpoint, removeCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { loadGradientEngine, type TrainingEngineName } from './engines/gradient-engine.ts';
import type { EpochReport } from './epoch-report.ts';
import { cacheKey } from './feature-cache.ts';
import { type Recipe, recipeShape } from './recipe.ts';
import { believedTemperature } from './temperature.ts';
import { type RunHooks, TrainingRun } from './training-run.ts';
import { accuracyByCorpus, calibrationReadouts, validate } from './validation.ts';

export interface TrainingHooks extends RunHooks {
  /** Default: the first that is installed. */
  readonly engine?: TrainingEngineName | 'auto';
  /** A file that keeps, epoch by epoch, what is needed to go on after an interruption. */
  readonly checkpoint?: string;
  /** Goes on from the checkpoint, if there is one. */
  readonly resume?: boolean;
  onEpoch?(report: EpochReport): void;
}

/** What training leaves behind: the averaged weights of the last epoch. */
export interface TrainedWeights {
  readonly shape: NetworkShape;
  readonly weights: WeightArrays;
  /** Fitted on the validation clips; 1 without any. */
  readonly temperature: number;
  readonly history: readonly EpochReport[];
  /** Which engine computed it. */
  readonly engine: string;
}

function checkInput(clips: readonly TrainingClip[], recipe: Recipe): void {
  if (clips.length === 0) throw new TonewireError('TW_TRAINING', 'There are no training clips.');
  if (recipe.optimizer === 'adam' && recipe.weightDecay !== 0) {
    throw new TonewireError('TW_TRAINING', 'weightDecay needs the optimizer "adamw".');
  }
  const { network } = recipe;
  if (network.residual && network.convChannels !== network.hiddenUnits) {
    throw new TonewireError('TW_TRAINING', 'A residual needs convChannels equal to hiddenUnits.');
  }
}

/** What a checkpoint belongs to. */
function fingerprint(
  clips: readonly TrainingClip[],
  recipe: Recipe,
  { teachers = [], from }: TrainingHooks,
): string {
  const facts = clips.map(({ label, speaker, variants }) => [label, speaker, variants[0]!.length]);
  return cacheKey([recipe, facts, teachers.map(({ id }) => id), from?.id]);
}

/**
 * Trains a network by a fixed schedule and returns its averaged weights after the last epoch. The
 * validation clips (other speakers) only report and fit the temperature: nothing is chosen by them.
 * An interrupted run that goes on from its checkpoint ends in the same weights.
 */
export async function train(
  clips: readonly TrainingClip[],
  validation: readonly TrainingClip[],
  recipe: Recipe,
  hooks: TrainingHooks,
): Promise<TrainedWeights> {
  checkInput(clips, recipe);
  const shape = hooks.from?.shape ?? recipeShape(recipe);
  const { readoutEvery } = recipe;
  const engine = await loadGradientEngine(hooks.engine ?? 'auto', { shape, readoutEvery });
  try {
    const run = new TrainingRun(shape, clips, recipe, engine, hooks);
    const read = () => validate(engine, run.averaged.values, validation, recipe, shape);
    const history = await runEpochs(
      run,
      recipe,
      hooks,
      fingerprint(clips, recipe, hooks),
      async () =>
        validation.length === 0 ? undefined : accuracyByCorpus(await read(), recipe, shape),
    );
    const temperature = believedTemperature(calibrationReadouts(await read(), recipe, shape));
    return { shape, weights: run.averaged.values, temperature, history, engine: engine.name };
  } finally {
    await engine.close();
  }
}

/** All epochs, or those that are left after a checkpoint. */
async function runEpochs(
  run: TrainingRun,
  recipe: Recipe,
  { checkpoint, resume, onEpoch }: TrainingHooks,
  owner: string,
  measure: () => Promise<EpochReport['validation']>,
): Promise<readonly EpochReport[]> {
  const { epochs, validateEveryEpochs: every } = recipe;
  const begun = resume && checkpoint && (await readCheckpoint(checkpoint, owner, run.state([])));
  const history: EpochReport[] = begun ? [...begun.history] : [];
  if (begun) run.resume(begun.steps);
  for (let epoch = history.length + 1; epoch <= epochs; epoch++) {
    const trained = await run.epoch(epoch);
    const due = epoch === epochs || (every > 0 && epoch % every === 0);
    const validation = due ? await measure() : undefined;
    const report = { ...trained, ...(validation && { validation }) };
    history.push(report);
    onEpoch?.(report);
    if (checkpoint && epoch < epochs) await writeCheckpoint(checkpoint, owner, run.state(history));
  }
  if (checkpoint) await removeCheckpoint(checkpoint);
  return history;
}
