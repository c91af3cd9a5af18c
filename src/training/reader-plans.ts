import type { ModelFolder } from '../pipeline/model-folder.ts';
import { memberShape } from '../pipeline/network/shape.ts';
import { membersOf, statisticsOf } from '../pipeline/network/weights.ts';
import type { TrainingPlan } from './training-plan.ts';

/** The plans by which the networks are trained that a model is put together from, one by one. */

/** The plan of one network out of several, with a seed of its own. */
function alone(plan: TrainingPlan, training: Partial<TrainingPlan['training']>): TrainingPlan {
  const single = { members: 1, statisticsUnits: 0, statisticsReferences: [] };
  const network = { ...plan.training.network, ...single };
  return { ...plan, training: { ...plan.training, network, ...training } };
}

export function teacherPlan(plan: TrainingPlan, number: number): TrainingPlan {
  const { distillation, seed } = plan.training;
  return alone(plan, { seed: seed + number, epochs: distillation.epochs });
}

/** Seeds go on where the teachers' end; the first member has the plan's own. */
export function memberPlan(plan: TrainingPlan, number: number): TrainingPlan {
  const { distillation, seed } = plan.training;
  return alone(plan, { seed: number === 1 ? seed : seed + distillation.teachers + number - 1 });
}

/** A trained member goes on with clips that follow one another, as it will hear them in a call. */
export function callsPlan(plan: TrainingPlan, number: number): TrainingPlan {
  const member = memberPlan(plan, number);
  const training = { ...member.training, ...plan.training.calls, freshOutput: false };
  return { ...member, training };
}

/** Hidden bands and mixed clips would be other statistics, so there are none. */
export function statisticsPlan(plan: TrainingPlan): TrainingPlan {
  const { network, statistics, specAugment, concatenation } = plan.training;
  return {
    ...plan,
    training: {
      ...plan.training,
      ...statistics,
      schedule: 'decay',
      network: { ...network, members: 0 },
      specAugment: { ...specAugment, timeMasks: 0, melMasks: 0 },
      mixup: { probability: 0 },
      concatenation: { ...concatenation, probability: 0 },
    },
  };
}

/** The plan by which the copies are made from which members go on and statistics learn, where they have their own. */
export function laterCopiesPlan(plan: TrainingPlan): TrainingPlan | undefined {
  const { laterCopies: own, ...rest } = plan;
  if (own === undefined) return undefined;
  return {
    ...rest,
    augmentation: { ...plan.augmentation, ...own.augmentation },
    sources: plan.sources.map((source) => {
      return { ...source, variants: own.variants[source.corpus] ?? source.variants };
    }),
  };
}

/** One member of a model as a model. */
export function memberOf(model: ModelFolder, number: number): ModelFolder {
  const { manifest, weights } = model;
  return {
    ...model,
    manifest: { ...manifest, shape: memberShape(manifest.shape) },
    weights: membersOf(manifest.shape, weights)[number - 1]!,
  };
}

/** The statistics of a model as a model. */
export function statisticsOfModel(model: ModelFolder): ModelFolder {
  const { manifest, weights } = model;
  const shape = { ...manifest.shape, members: 0 };
  return { ...model, manifest: { ...manifest, shape }, weights: statisticsOf(weights) };
}
