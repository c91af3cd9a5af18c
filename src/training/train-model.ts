import type { ModelFolder } from '../pipeline/model-folder.ts';
import type { Clock } from '../protocol/clock.ts';
import { checkSounds } from './augmentation/augment.ts';
import { loadNoises } from './augmentation/noise.ts';
import type { CorpusClip } from './corpora/clip.ts';
import { split, validationCut } from './corpora/folds.ts';
import { buildDataset } from './dataset.ts';
import { exportModel } from './export-model.ts';
import { createRandom } from './random.ts';
import { type EpochReport, type StepProgress, train } from './trainer.ts';
import type { TrainingPlan } from './training-plan.ts';

export interface TrainModelOptions {
  readonly plan: TrainingPlan;
  readonly clips: readonly CorpusClip[];
  /** Folder of noise recordings; needed when the plan adds noise. */
  readonly noiseFolder?: string;
  /** Where the model folder is written. */
  readonly out: string;
  readonly clock: Clock;
  readonly onSplit?: (sides: SplitSizes) => void;
  readonly onClip?: (done: number, total: number) => void;
  readonly onStep?: (progress: StepProgress) => void;
  readonly onEpoch?: (report: EpochReport) => void;
}

export interface SplitSizes {
  readonly train: readonly CorpusClip[];
  readonly validation: readonly CorpusClip[];
  readonly test: readonly CorpusClip[];
}

export interface TrainedModel extends SplitSizes {
  readonly folder: ModelFolder;
}

/**
 * From labelled clips to a model folder: split by speaker, augment the training side only, run
 * everything through the serving front end, train by the plan's fixed schedule, fit the
 * temperature on the validation speakers, export. The test side is returned untouched.
 */
export async function trainModel(options: TrainModelOptions): Promise<TrainedModel> {
  const { plan, clips, clock } = options;
  const sides = splitClips(clips, plan);
  options.onSplit?.(sides);
  const sounds = {
    noises: options.noiseFolder === undefined ? [] : await loadNoises(options.noiseFolder),
    responses: [],
  };
  checkSounds(plan.augmentation, sounds);
  const random = createRandom(plan.training.seed);
  const total = sides.train.length + sides.validation.length;
  const shared = { augmentation: plan.augmentation, sounds, random };
  const training = await buildDataset(sides.train, {
    ...shared,
    variants: plan.variants,
    onClip: (done) => options.onClip?.(done, total),
  });
  const validation = await buildDataset(sides.validation, {
    ...shared,
    variants: 1,
    onClip: (done) => options.onClip?.(sides.train.length + done, total),
  });
  const { onStep, onEpoch } = options;
  const trained = await train(training, validation, plan.training, {
    clock,
    ...(onStep && { onStep }),
    ...(onEpoch && { onEpoch }),
  });
  const last = trained.history.at(-1);
  const folder = await exportModel(options.out, trained, {
    id: plan.model,
    description: plan.description,
    trainingData: [
      {
        name: plan.corpus,
        licence: plan.licence,
        recordings: training.length,
        speakers: new Set(sides.train.map(({ speaker }) => speaker)).size,
      },
    ],
    metrics: {
      protocol: `${plan.corpus} ${plan.protocol} fold ${plan.fold}`,
      trainingLoss: last?.trainingLoss,
      validation: last?.validation,
    },
  });
  return { ...sides, folder };
}

function splitClips(clips: readonly CorpusClip[], plan: TrainingPlan): SplitSizes {
  const { seed } = plan.training;
  const { train: learning, test } = split(clips, plan.protocol, plan.fold, seed);
  const { train, test: validation } = validationCut(learning, plan.validationShare, seed);
  return { train, validation, test };
}
