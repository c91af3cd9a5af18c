import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadModelFolder, type ModelFolder } from '../pipeline/model-folder.ts';
import type { Clock } from '../protocol/clock.ts';
import { TonewireError } from '../protocol/errors.ts';
import { NOBODY, type TrainingClip } from './batches.ts';
import { joinTrained } from './committee.ts';
import type { CorpusClip } from './corpora/clip.ts';
import type { TrainingEngineName } from './engines/gradient-engine.ts';
import type { EpochReport } from './epoch-report.ts';
import { exportModel } from './export-model.ts';
import type { Normalisation } from './measure-statistics.ts';
import { metadataOf } from './model-metadata.ts';
import type { Features } from './read-features.ts';
import {
  callsPlan,
  memberOf,
  memberPlan,
  statisticsOfModel,
  statisticsPlan,
  teacherPlan,
} from './reader-plans.ts';
import type { Sides } from './sides.ts';
import { openTeacher } from './teacher.ts';
import { train } from './trainer.ts';
import type { TrainingPlan } from './training-plan.ts';
import type { StartingPoint, StepProgress } from './training-run.ts';

export interface TrainModelOptions {
  readonly plan: TrainingPlan;
  readonly fold: number;
  readonly sides: Sides;
  /** Of both the training and the validation side. */
  readonly features: Features;
  /** Of the same recordings by the copies of joined clips and statistics; without it they are learnt from `features`. */
  readonly laterFeatures?: Features;
  /** Where the model folder is written, with `training.jsonl`, a line an epoch. */
  readonly out: string;
  readonly clock: Clock;
  readonly engine?: TrainingEngineName | 'auto';
  /** A model whose weights to begin with. */
  readonly from?: ModelFolder;
  /** A model that teaches the members, in place of teachers that the plan trains. */
  readonly teacher?: ModelFolder;
  /** Goes on where an interrupted run into the same folder stopped. */
  readonly resume?: boolean;
  readonly onStep?: (progress: StepProgress) => void;
  readonly onEpoch?: (report: EpochReport) => void;
  /** Before the teacher of this number, from 1, is trained. */
  readonly onTeacher?: (number: number) => void;
  /** Before the member of this number, from 1, is trained, of a network that has several. */
  readonly onMember?: (number: number, count: number) => void;
  /** Before the member of this number goes on with clips that follow one another. */
  readonly onCalls?: (number: number, count: number) => void;
  /** Before the reader of statistics is trained, of a network that has one. */
  readonly onStatistics?: () => void;
}

/**
 * From features to a model folder: train by the plan's fixed schedule on the training side, fit the
 * temperature on the validation speakers, export. The test side is not touched. First the networks
 * to learn from, then the members, one by one, on single clips and then on clips that follow one another,
 * then the statistics; whatever is finished stands in a folder of its own
 * until the model is. Throws TW_TRAINING for a recipe of neither members nor statistics, and for a
 * teacher of statistics alone.
 */
export async function trainModel(options: TrainModelOptions): Promise<ModelFolder> {
  const { plan, out, from, teacher } = options;
  const { distillation } = plan.training;
  const { members: count, statisticsUnits } = from?.manifest.shape ?? plan.training.network;
  if (count === 0 && statisticsUnits === 0) {
    throw new TonewireError('TW_TRAINING', 'A network needs members or statisticsUnits.');
  }
  if (teacher && count === 0) {
    throw new TonewireError(
      'TW_TRAINING',
      'The network has no members that a teacher could teach.',
    );
  }
  const trained = await trainSeveral(
    options,
    teacher ? 0 : distillation.teachers,
    [],
    (number) => ({
      out: join(out, `teacher-${number}`),
      plan: teacherPlan(plan, number),
      announce: () => options.onTeacher?.(number),
      ...(from && { from: memberOf(from, 1 + ((number - 1) % count)) }),
    }),
  );
  const teachers = teacher ? [teacher] : trained;
  const { servedHalfLifeMs, network, calls } = plan.training;
  const asTrained = from !== undefined || servedHalfLifeMs === network.halfLifeMs;
  const atOnce = count === 1 && statisticsUnits === 0 && asTrained && calls.epochs === 0;
  const model = atOnce
    ? await trainNetwork(options, teachers)
    : await trainReaders(options, teachers, { count, statisticsUnits });
  for (const { path } of trained) await rm(path, { recursive: true });
  return model;
}

/** The recordings of a side of which there are features. */
function known(clips: readonly CorpusClip[], features: Features): TrainingClip[] {
  return clips.flatMap(({ path }) => features.get(path) ?? []);
}

/** What is another for a network than for the model it is of. */
interface NetworkOptions extends TrainModelOptions {
  /** The readers of a model see the same frames, so those that are trained later take what the first one has. */
  readonly normalisation?: Normalisation;
}

function normalisationOf({ weights }: ModelFolder): Normalisation {
  return { mean: weights['input.mean'], scale: weights['input.scale'] };
}

function startingPoint({ manifest, weights }: ModelFolder): StartingPoint {
  return { id: manifest.files['weights.bin']!, shape: manifest.shape, weights };
}

/** Trains one network, with all that it may learn from, into the folder. */
async function trainNetwork(
  options: NetworkOptions,
  teachers: readonly ModelFolder[],
): Promise<ModelFolder> {
  const { plan, sides, features, out, onStep, onEpoch } = options;
  const log = logIn(out);
  await mkdir(out, { recursive: true });
  if (!options.resume) await writeFile(log, '');
  const lines: Promise<void>[] = [];
  const { readoutEvery } = plan.training;
  const asked = await Promise.all(
    teachers.map((model) => openTeacher(model, readoutEvery, options.engine)),
  );
  const background = [...features.values()].filter(({ label }) => label === NOBODY);
  const trained = await train(
    [...known(sides.train, features), ...background],
    known(sides.validation, features),
    plan.training,
    {
      clock: options.clock,
      checkpoint: join(out, 'checkpoint.f32'),
      teachers: asked,
      ...(options.normalisation && { normalisation: options.normalisation }),
      ...(options.resume && { resume: true }),
      ...(options.engine && { engine: options.engine }),
      ...(options.from && { from: startingPoint(options.from) }),
      ...(onStep && { onStep }),
      onEpoch: (report) => {
        lines.push(appendFile(log, `${JSON.stringify(report)}\n`));
        onEpoch?.(report);
      },
    },
  ).finally(() => Promise.all(asked.map((teacher) => teacher.close())));
  await Promise.all(lines);
  const { trainingLoss, validation } = trained.history.at(-1) ?? {};
  const outcome = { engine: trained.engine, trainingLoss, validation };
  return exportModel(out, trained, metadataOf(options, outcome));
}

const logIn = (folder: string) => join(folder, 'training.jsonl');

/** Fine-tuning keeps the readers that there are. */
interface ReaderCounts {
  readonly count: number;
  readonly statisticsUnits: number;
}

/** Trains the members and the statistics, and puts them together. */
async function trainReaders(
  options: TrainModelOptions,
  teachers: readonly ModelFolder[],
  { count, statisticsUnits }: ReaderCounts,
): Promise<ModelFolder> {
  const { plan, sides, features, out, from, engine } = options;
  const { members, folders } = await trainMembers(options, teachers, count);
  const [statistics] = await trainSeveral(options, statisticsUnits > 0 ? 1 : 0, [], () => ({
    out: join(out, 'statistics'),
    plan: statisticsPlan(plan),
    features: options.laterFeatures ?? options.features,
    ...(members[0] && { normalisation: normalisationOf(members[0]) }),
    announce: () => options.onStatistics?.(),
    ...(from && { from: statisticsOfModel(from) }),
  }));
  const others = statistics ? [statistics] : [];
  const joined = await joinTrained(
    { members, ...(statistics && { statistics }) },
    known(sides.validation, features),
    plan.training,
    engine ?? 'auto',
  );
  const readers = [...members, ...others];
  const outcome = {
    engine: readers[0]!.manifest.metrics.engine,
    trainingLoss: readers.map(({ manifest }) => manifest.metrics.trainingLoss),
    validation: joined.validation,
  };
  const paths = [...folders, ...others.map(({ path }) => path)];
  const logs = paths.map((path) => readFile(logIn(path), 'utf8'));
  await writeFile(logIn(out), (await Promise.all(logs)).join(''));
  const model = await exportModel(out, joined, metadataOf(options, outcome));
  for (const path of paths) await rm(path, { recursive: true });
  return model;
}

/** The members as they are to be served, and the folders that they were trained in, stage by stage. */
interface TrainedMembers {
  readonly members: readonly ModelFolder[];
  readonly folders: readonly string[];
}

/** Trains the members one by one, each with a seed of its own: on single clips, then on clips that follow one another. */
async function trainMembers(
  options: TrainModelOptions,
  teachers: readonly ModelFolder[],
  count: number,
): Promise<TrainedMembers> {
  const { plan, out, from } = options;
  const single = await trainSeveral(options, count, teachers, (number) => ({
    out: join(out, `member-${number}`),
    plan: memberPlan(plan, number),
    announce: () => options.onMember?.(number, count),
    ...(from && { from: memberOf(from, number) }),
  }));
  const served = from ? single : single.map((own) => servedAs(own, plan));
  const folders = single.map(({ path }) => path);
  if (plan.training.calls.epochs === 0) return { members: served, folders };
  const members = await trainSeveral(options, count, [], (number) => ({
    out: join(out, `calls-${number}`),
    plan: callsPlan(plan, number),
    features: options.laterFeatures ?? options.features,
    announce: () => options.onCalls?.(number, count),
    from: served[number - 1]!,
  }));
  return { members, folders: [...folders, ...members.map(({ path }) => path)] };
}

/** A trained network with the half-life that it is served with. */
function servedAs(model: ModelFolder, { training }: TrainingPlan): ModelFolder {
  const shape = { ...model.manifest.shape, halfLifeMs: training.servedHalfLifeMs };
  return { ...model, manifest: { ...model.manifest, shape } };
}

/** What is another for each of several networks. */
interface Variation {
  readonly out: string;
  readonly plan: TrainingPlan;
  readonly features?: Features;
  readonly normalisation?: Normalisation;
  readonly from?: ModelFolder;
  announce(): void;
}

/** Networks trained one after the other, a folder each; a resumed run keeps those that are finished. */
async function trainSeveral(
  options: TrainModelOptions,
  count: number,
  teachers: readonly ModelFolder[],
  vary: (number: number) => Variation,
): Promise<readonly ModelFolder[]> {
  const trained: ModelFolder[] = [];
  for (let number = 1; number <= count; number++) {
    const { announce, ...own } = vary(number);
    const finished = options.resume && existsSync(join(own.out, 'manifest.json'));
    if (!finished) announce();
    trained.push(
      finished
        ? await loadModelFolder(own.out)
        : await trainNetwork({ ...options, ...own }, teachers),
    );
  }
  return trained;
}
