import type { ModelFolder } from '../pipeline/model-folder.ts';
import { type NetworkShape, readerShares } from '../pipeline/network/shape.ts';
import { joinReaders, type WeightArrays } from '../pipeline/network/weights.ts';
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

/** Trained networks to put together: members of one shape, and the reader of statistics. */
export interface TrainedReaders {
  readonly members: readonly ModelFolder[];
  readonly statistics?: ModelFolder;
}

/**
 * Networks as one, whose answer is what each says, weighed by its share. The temperature is fitted to
 * that, on the validation clips; 1 without any.
 */
export async function joinTrained(
  { members, statistics }: TrainedReaders,
  clips: readonly TrainingClip[],
  recipe: Recipe,
  engineName: TrainingEngineName | 'auto',
): Promise<Committee> {
  const readers = statistics ? [...members, statistics] : members;
  const { statisticsUnits, statisticsReferences, statisticsHalfLifeMs, statisticsShare } =
    readers.at(-1)!.manifest.shape;
  const shape = {
    ...readers[0]!.manifest.shape,
    members: members.length,
    statisticsUnits,
    statisticsReferences,
    statisticsHalfLifeMs,
    statisticsShare,
  };
  const answers: Readings[][] = [];
  for (const { manifest, weights } of readers) {
    const { readoutEvery } = recipe;
    const engine = await loadGradientEngine(engineName, { shape: manifest.shape, readoutEvery });
    try {
      answers.push(await validate(engine, weights, clips, recipe, manifest.shape));
    } finally {
      await engine.close();
    }
  }
  const readings = weigh(shape, answers);
  return {
    shape,
    weights: joinReaders(
      members.map(({ weights }) => weights),
      statistics?.weights,
    ),
    temperature: believedTemperature(calibrationReadouts(readings, recipe, shape)),
    ...(readings.length > 0 && { validation: accuracyByCorpus(readings, recipe, shape) }),
  };
}

/** What several readers said of the same clips, in the same order, each by its share. */
function weigh(shape: NetworkShape, answers: readonly (readonly Readings[])[]): Readings[] {
  const shares = readerShares(shape);
  return answers[0]!.map(({ clip, logits }, i) => ({
    clip,
    logits: logits.map((row, r) =>
      row.map((_, label) =>
        answers.reduce((sum, own, n) => sum + shares[n]! * own[i]!.logits[r]![label]!, 0),
      ),
    ),
  }));
}
