import { existsSync } from 'node:fs';
import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadModelFolder, type ModelFolder } from '../pipeline/model-folder.ts';
import type { Clock } from '../protocol/clock.ts';
import { TonewireError } from '../protocol/errors.ts';
import { checkSounds } from './augmentation/augment.ts';
import { loadNoises, noisePaths } from './augmentation/noise.ts';
import { NOBODY, type TrainingClip } from './batches.ts';
import type { CorpusClip } from './corpora/clip.ts';
import { buildBackground, buildDataset } from './dataset.ts';
import type { TrainingEngineName } from './engines/gradient-engine.ts';
import type { EpochReport } from './epoch-report.ts';
import { exportModel } from './export-model.ts';
import type { FeatureCache } from './feature-cache.ts';
import type { Sides } from './sides.ts';
import { type TrainedWeights, train } from './trainer.ts';
import type { TrainingPlan } from './training-plan.ts';
import type { StepProgress } from './training-run.ts';

/** Runs with other seeds train on the same copies: they differ by training alone, and share the cache. */
const COPIES_SEED = 1;

export interface FeatureOptions {
  /** Folder of noise recordings; needed when the plan adds noise. */
  readonly noiseFolder?: string;
  /** Where features of earlier runs are kept. */
  readonly cache?: FeatureCache;
  readonly onClip?: (done: number, total: number) => void;
}

/** Features by path, of noise recordings too; a recording with too little in it is not among them. */
export type Features = ReadonlyMap<string, TrainingClip>;

/** Reads recordings and their augmented copies through the serving front end. */
export async function readFeatures(
  clips: readonly CorpusClip[],
  plan: TrainingPlan,
  options: FeatureOptions,
): Promise<Features> {
  const { noiseFolder, cache, onClip } = options;
  const noises = noiseFolder === undefined ? [] : await loadNoises(noiseFolder, 'training');
  const sounds = { noises, responses: [] };
  checkSounds(plan.augmentation, sounds);
  const copies = {
    augmentation: plan.augmentation,
    sounds,
    seed: COPIES_SEED,
    ...(cache && { cache }),
  };
  const features = new Map<string, TrainingClip>();
  let before = 0;
  for (const { corpus, variants } of plan.sources) {
    const own = clips.filter((clip) => clip.corpus === corpus);
    const done = before;
    const dataset = await buildDataset(own, {
      ...copies,
      variants,
      onClip: (read) => onClip?.(done + read, clips.length),
    });
    for (const clip of dataset) features.set(clip.path, clip);
    before += own.length;
  }
  if (plan.background !== undefined) {
    const paths = await backgroundPaths(noiseFolder);
    for (const clip of await buildBackground(paths, { ...copies, ...plan.background })) {
      features.set(clip.path, clip);
    }
  }
  return features;
}

function backgroundPaths(noiseFolder: string | undefined): Promise<string[]> {
  if (noiseFolder !== undefined) return noisePaths(noiseFolder, 'training');
  throw new TonewireError('TW_TRAINING', 'The recipe learns from noise: name a folder of it.');
}

export interface TrainModelOptions {
  readonly plan: TrainingPlan;
  readonly fold: number;
  readonly sides: Sides;
  /** Of both the training and the validation side. */
  readonly features: Features;
  /** Where the model folder is written, with `training.jsonl`, a line an epoch. */
  readonly out: string;
  readonly clock: Clock;
  readonly engine?: TrainingEngineName | 'auto';
  /** A model whose weights to begin with. */
  readonly from?: ModelFolder;
  /** Goes on where an interrupted run into the same folder stopped. */
  readonly resume?: boolean;
  readonly onStep?: (progress: StepProgress) => void;
  readonly onEpoch?: (report: EpochReport) => void;
  /** Before the teacher of this number, from 1, is trained. */
  readonly onTeacher?: (number: number) => void;
}

/**
 * From features to a model folder: train by the plan's fixed schedule on the training side, fit the
 * temperature on the validation speakers, export. The test side is not touched.
 */
export async function trainModel(options: TrainModelOptions): Promise<ModelFolder> {
  const { plan, sides, features, out, onStep, onEpoch } = options;
  const teachers = await trainTeachers(options);
  const known = (clips: readonly CorpusClip[]) =>
    clips.flatMap(({ path }) => features.get(path) ?? []);
  const log = join(out, 'training.jsonl');
  await mkdir(out, { recursive: true });
  if (!options.resume) await writeFile(log, '');
  const lines: Promise<void>[] = [];
  const background = [...features.values()].filter(({ label }) => label === NOBODY);
  const trained = await train(
    [...known(sides.train), ...background],
    known(sides.validation),
    plan.training,
    {
      clock: options.clock,
      checkpoint: join(out, 'checkpoint.f32'),
      teachers: teachers.map(({ weights }) => weights),
      ...(options.resume && { resume: true }),
      ...(options.engine && { engine: options.engine }),
      ...(options.from && {
        from: { shape: options.from.manifest.shape, weights: options.from.weights },
      }),
      ...(onStep && { onStep }),
      onEpoch: (report) => {
        lines.push(appendFile(log, `${JSON.stringify(report)}\n`));
        onEpoch?.(report);
      },
    },
  );
  await Promise.all(lines);
  const model = await exportModel(out, trained, metadataOf(options, trained));
  for (const { path } of teachers) await rm(path, { recursive: true });
  return model;
}

/** The networks to learn from, in a folder each, which stands until the last network is finished. */
async function trainTeachers(options: TrainModelOptions): Promise<readonly ModelFolder[]> {
  const { plan, out, resume, onTeacher } = options;
  const teachers: ModelFolder[] = [];
  for (let number = 1; number <= plan.training.distillation.teachers; number++) {
    const own = {
      ...options,
      plan: teacherPlan(plan, number),
      out: join(out, `teacher-${number}`),
    };
    const finished = resume && existsSync(join(own.out, 'manifest.json'));
    if (!finished) onTeacher?.(number);
    teachers.push(finished ? await loadModelFolder(own.out) : await trainModel(own));
  }
  return teachers;
}

function teacherPlan(plan: TrainingPlan, number: number): TrainingPlan {
  const { training } = plan;
  const { distillation, seed } = training;
  const { epochs } = distillation;
  const alone = { ...distillation, teachers: 0 };
  return { ...plan, training: { ...training, seed: seed + number, epochs, distillation: alone } };
}

function metadataOf({ plan, fold, sides, from }: TrainModelOptions, trained: TrainedWeights) {
  const last = trained.history.at(-1);
  const trainingData = plan.sources.map(({ corpus, licence }) => {
    const own = sides.train.filter((clip) => clip.corpus === corpus);
    const speakers = new Set(own.map(({ speaker }) => speaker)).size;
    return { name: corpus, licence, recordings: own.length, speakers };
  });
  const protocols = plan.sources.flatMap(({ corpus, protocol }) =>
    protocol === undefined ? [] : [`${corpus} ${protocol}`],
  );
  return {
    id: plan.model,
    description: plan.description,
    trainingData: [...(from?.manifest.trainingData ?? []), ...trainingData],
    metrics: {
      protocol: `${protocols.join(', ')}; fold ${fold} held out`,
      engine: trained.engine,
      trainingLoss: last?.trainingLoss,
      validation: last?.validation,
    },
  };
}
