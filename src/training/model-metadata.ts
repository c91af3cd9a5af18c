import type { ModelMetadata } from './export-model.ts';
import type { Sides } from './sides.ts';
import type { TrainModelOptions } from './train-model.ts';

/** Who is in the validation side alone; where a protocol mixes speakers, nobody. */
function speakersKeptBack({ train, validation }: Sides): string[] {
  const learned = new Set(train.map(({ speaker }) => speaker));
  const kept = validation.map(({ speaker }) => speaker).filter((name) => !learned.has(name));
  return [...new Set(kept)].sort();
}

/** What of a training its folder tells. */
type Trained = Pick<TrainModelOptions, 'plan' | 'fold' | 'sides' | 'from' | 'teacher'>;

/** What came of the training, for the manifest. */
interface Outcome {
  readonly engine: unknown;
  readonly trainingLoss: unknown;
  readonly validation: unknown;
}

/** What a trained model's folder says of it, beside weights and figures. */
export function metadataOf(
  { plan, fold, sides, from, teacher }: Trained,
  outcome: Outcome,
): ModelMetadata {
  const trainingData = plan.sources.map(({ corpus, licence }) => {
    const own = sides.train.filter((clip) => clip.corpus === corpus);
    const speakers = new Set(own.map(({ speaker }) => speaker)).size;
    return { name: corpus, licence, recordings: own.length, speakers };
  });
  // What a teacher heard alone is learnt from too, and its licence holds.
  const own = new Set(trainingData.map(({ name }) => name));
  const taught = (teacher?.manifest.trainingData ?? []).filter(({ name }) => !own.has(name));
  const protocols = plan.sources.flatMap(({ corpus, protocol }) =>
    protocol === undefined ? [] : [`${corpus} ${protocol}`],
  );
  return {
    id: plan.model,
    description: plan.description,
    trainingData: [...(from?.manifest.trainingData ?? []), ...taught, ...trainingData],
    metrics: {
      protocol: `${protocols.join(', ')}; fold ${fold} held out`,
      validationSpeakers: speakersKeptBack(sides),
      ...outcome,
    },
  };
}
