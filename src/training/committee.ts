import type { ModelFolder } from '../pipeline/model-folder.ts';
import type { NetworkShape } from '../pipeline/network/shape.ts';
import { joinMembers, type WeightArrays } from '../pipeline/network/weights.ts';
import type { TrainingClip } from './batches.ts';
import { loadGradientEngine, type TrainingEngineName } from './engines/gradient-engine.ts';
import type { EpochReport } from './epoch-report.ts';
import type { Recipe } from './recipe.ts';
import { believedTemperature } from './temperature.ts';
import { accuracyByCorpus, calibrationReadouts, type Readings, validate } from './validation.ts';

/** Networks put together, and what is known of them as one. */
export interface Committee {
  readonly shape: NetworkShape;
  readonly weights: WeightArrays;
  readonly temperature: number;
  readonly validation?: NonNullable<EpochReport['validation']>;
}

/**
 * Trained networks of one shape as the members of one: its answer is the mean of their logits, and
 * the temperature is fitted to that, on the validation clips; 1 without any.
 */
export async function joinTrained(
  members: readonly ModelFolder[],
  clips: readonly TrainingClip[],
  recipe: Recipe,
  engineName: TrainingEngineName | 'auto',
): Promise<Committee> {
  const { shape } = members[0]!.manifest;
  const { readoutEvery } = recipe;
  const engine = await loadGradientEngine(engineName, { shape, readoutEvery });
  const answers: Readings[][] = [];
  try {
    for (const { weights } of members) {
      answers.push(await validate(engine, weights, clips, recipe, shape));
    }
  } finally {
    await engine.close();
  }
  const readings = meanOf(answers);
  return {
    shape: { ...shape, members: members.length },
    weights: joinMembers(members.map(({ weights }) => weights)),
    temperature: believedTemperature(calibrationReadouts(readings, recipe, shape)),
    ...(readings.length > 0 && { validation: accuracyByCorpus(readings, recipe, shape) }),
  };
}

/** The mean of what several networks said of the same clips, in the same order. */
function meanOf(answers: readonly (readonly Readings[])[]): Readings[] {
  return answers[0]!.map(({ clip, logits }, i) => ({
    clip,
    logits: logits.map((row, r) =>
      row.map((_, label) => {
        const sum = answers.reduce((total, own) => total + own[i]!.logits[r]![label]!, 0);
        return sum / answers.length;
      }),
    ),
  }));
}
