import { basename, join } from 'node:path';
import { foldModels, isModelFolder } from '../../evaluation/cross-validation.ts';
import { heldOutDoubt } from '../../evaluation/held-out.ts';
import { loadModelFolder, type ModelFolder } from '../../pipeline/model-folder.ts';
import { systemClock } from '../../protocol/clock.ts';
import { TonewireError } from '../../protocol/errors.ts';
import type { CorpusClip } from '../../training/corpora/clip.ts';
import { foldCount } from '../../training/corpora/folds.ts';
import type { EpochReport } from '../../training/epoch-report.ts';
import { folderCache } from '../../training/feature-cache.ts';
import { type Features, readFeatures } from '../../training/read-features.ts';
import { laterCopiesPlan } from '../../training/reader-plans.ts';
import { foldOfSource, foldsOf, type Sides, sidesOf } from '../../training/sides.ts';
import { type TrainModelOptions, trainModel } from '../../training/train-model.ts';
import { readTrainingPlan, type TrainingPlan } from '../../training/training-plan.ts';
import { readClips } from '../labelled-clips.ts';
import { progressBar } from '../progress.ts';
import type { TrainFlags } from '../train.ts';

/** Reads the recordings and trains every chosen fold. */
export async function train(flags: TrainFlags): Promise<void> {
  const recipe = withFlags(await readTrainingPlan(flags.recipe, flags.set), flags);
  const { plan, clips } = await readSources(recipe, flags);
  const folds = chosenFolds(clips, plan, flags.fold);
  const sides = folds.map((fold) => sidesOf(clips, plan, fold));
  sides.forEach((side, i) => {
    log(`Fold ${folds[i]}\n${describeSides(side)}`);
  });
  const starts = await ofFolds(clips, plan, folds, flags.from, 'begin with');
  const teachers = await ofFolds(clips, plan, folds, flags.teacher, 'be taught by');
  const wanted = [...new Set(sides.flatMap((side) => [...side.train, ...side.validation]))];
  const features = await read(wanted, plan, flags);
  const copiesPlan = laterCopiesPlan(plan);
  const laterFeatures = copiesPlan && (await read(wanted, copiesPlan, flags));
  const heard = { features, ...(laterFeatures && { laterFeatures }) };
  for (const [i, fold] of folds.entries()) {
    const out = flags.fold === undefined ? flags.out : foldFolder(flags, folds, fold);
    const from = starts?.[i];
    const teacher = teachers?.[i];
    const others = { ...(from && { from }), ...(teacher && { teacher }) };
    await trainOne({ plan, fold, sides: sides[i]!, out, ...heard, ...others }, flags);
  }
}

/** Features of the recordings and of the plan's copies of them, with a bar for who waits. */
function read(
  clips: readonly CorpusClip[],
  plan: TrainingPlan,
  { noise, cache }: TrainFlags,
): Promise<Features> {
  const reading = progressBar('Reading ');
  return readFeatures(clips, plan, {
    ...(noise !== undefined && { noiseFolder: noise }),
    ...(cache !== undefined && { cache: folderCache(cache) }),
    onClip: (done, total) => reading.update(done, total),
  }).finally(() => reading.stop());
}

/** Several folds get a folder each below the one that is named. */
function foldFolder({ out, fold }: TrainFlags, folds: readonly number[], n: number): string {
  return fold === 'all' || folds.length > 1 ? join(out, `fold-${n}`) : out;
}

/**
 * What each fold begins with or is taught by: one model for all, or of a folder of folds its own. A model that
 * may have heard whom the fold holds out is refused, since what comes of it would be said not to have heard them.
 */
async function ofFolds(
  clips: readonly CorpusClip[],
  plan: TrainingPlan,
  folds: readonly number[],
  folder: string | undefined,
  use: 'begin with' | 'be taught by',
): Promise<readonly ModelFolder[] | undefined> {
  if (folder === undefined) return undefined;
  const paths = isModelFolder(folder) ? folds.map(() => folder) : foldModels(folder, folds);
  const models = await Promise.all(paths.map((path) => loadModelFolder(path)));
  for (const [i, { path, manifest }] of models.entries()) {
    for (const { corpus, protocol } of plan.sources) {
      if (protocol === undefined) continue;
      const own = clips.filter((clip) => clip.corpus === corpus);
      const fold = foldOfSource(folds[i]!, foldCount(own, protocol));
      const doubt = heldOutDoubt(manifest, own, { protocol, fold });
      if (doubt !== null) {
        throw new TonewireError('TW_TRAINING', `Fold ${folds[i]} cannot ${use} ${path}. ${doubt}`);
      }
    }
  }
  return models;
}

async function trainOne(
  options: Pick<
    TrainModelOptions,
    'plan' | 'fold' | 'sides' | 'features' | 'laterFeatures' | 'from' | 'teacher' | 'out'
  >,
  { engine, resume }: TrainFlags,
): Promise<void> {
  const { distillation } = options.plan.training;
  const training = progressBar(`Fold ${options.fold}`);
  const folder = await trainModel({
    ...options,
    engine,
    clock: systemClock,
    ...(resume && { resume }),
    onStep: ({ step, steps, loss }) => training.update(step, steps, `loss ${loss.toFixed(3)}`),
    onTeacher: (number) => log(`teacher ${number} of ${distillation.teachers}`),
    onMember: (number, count) => log(`member ${number} of ${count}`),
    onCalls: (number, count) => log(`member ${number} of ${count}, clips that follow one another`),
    onStatistics: () => log('statistics'),
    onEpoch: (report) => log(describeEpoch(report)),
  }).finally(() => training.stop());
  const { id, temperature } = folder.manifest;
  process.stdout.write(`${id} written to ${folder.path}, temperature ${temperature.toFixed(2)}\n`);
}

/** The recordings, and the plan for them: one's own have no published folds, so their speakers are dealt into five. */
async function readSources(
  plan: TrainingPlan,
  flags: TrainFlags,
): Promise<{ plan: TrainingPlan; clips: CorpusClip[] }> {
  if (flags.manifest !== undefined) {
    const { clips } = await readClips(flags);
    return { plan: ownPlan(plan, clips, basename(flags.out)), clips };
  }
  const sources = plan.sources.filter(
    ({ corpus }) => flags.corpus === undefined || flags.corpus === corpus,
  );
  if (sources.length === 0) {
    throw new TonewireError('TW_USAGE', `The recipe does not learn from ${flags.corpus}.`);
  }
  const { data } = flags;
  const parts = await Promise.all(
    sources.map(({ corpus }) => readClips({ corpus, ...(data !== undefined && { data }) })),
  );
  return { plan: { ...plan, sources }, clips: parts.flatMap(({ clips }) => clips) };
}

/** A recipe for one's own recordings: as many copies of each as the recipe makes of its first source. */
function ownPlan(plan: TrainingPlan, clips: readonly CorpusClip[], model: string): TrainingPlan {
  const { corpus: first, variants } = plan.sources[0]!;
  const corpora = [...new Set(clips.map(({ corpus }) => corpus))];
  const sources = corpora.map((corpus) => ({
    corpus,
    licence: "the recordings' owner's",
    protocol: 'speakers-5' as const,
    variants,
  }));
  if (plan.laterCopies === undefined) return { ...plan, model, sources };
  const later = plan.laterCopies.variants[first] ?? variants;
  const laterVariants = Object.fromEntries(corpora.map((corpus) => [corpus, later]));
  return { ...plan, model, sources, laterCopies: { ...plan.laterCopies, variants: laterVariants } };
}

function chosenFolds(
  clips: readonly CorpusClip[],
  plan: TrainingPlan,
  fold: TrainFlags['fold'],
): readonly number[] {
  if (fold === undefined) return [plan.fold];
  return fold === 'all' ? foldsOf(clips, plan) : fold;
}

function withFlags(plan: TrainingPlan, flags: TrainFlags): TrainingPlan {
  const training = {
    ...plan.training,
    ...(flags.epochs !== undefined && { epochs: flags.epochs }),
    ...(flags.seed !== undefined && { seed: flags.seed }),
  };
  return { ...plan, training };
}

function describeSides({ train, validation, test }: Sides): string {
  const side = (name: string, clips: Sides['train']) => {
    const speakers = [...new Set(clips.map(({ speaker }) => speaker))];
    return `  ${name}: ${clips.length} recordings of ${speakers.join(', ')}`;
  };
  return [side('train', train), side('validation', validation), side('test', test)].join('\n');
}

function describeEpoch({ epoch, epochs, trainingLoss, validation }: EpochReport): string {
  const heard = Object.entries(validation ?? {}).map(
    ([corpus, { unweightedAccuracy }]) => `  ${corpus} ${unweightedAccuracy.toFixed(3)}`,
  );
  const validated = heard.length === 0 ? '' : `  validation UA${heard.join('')}`;
  return `epoch ${epoch}/${epochs}  loss ${trainingLoss.toFixed(3)}${validated}`;
}

/** To standard error, so that standard output stays the result's own. */
function log(text: string): void {
  process.stderr.write(`${text}\n`);
}
