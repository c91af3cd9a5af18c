import { groupBy } from '../evaluation/group-by.ts';
import type { Emotion } from '../protocol/labels.ts';
import { createRandom } from '../training/random.ts';
import type { Baseline } from './baseline.ts';
import { baumWelchStep } from './baum-welch.ts';
import { CEPSTRA_COUNT, cepstra } from './cepstra.ts';
import { type Hmm, logLikelihood } from './hmm.ts';
import { describeSettings, type HmmSettings } from './hmm-settings.ts';
import { startingHmm } from './hmm-start.ts';
import type { LabelledFrames } from './labelled-frames.ts';
import { fitStandardisation, standardised } from './standardisation.ts';

const ITERATIONS = 30;
/** A hundredth of the columns' variance, which standardisation made 1; as HTK's vFloors. */
const VARIANCE_FLOOR = 0.01;

/** One HMM a label, all labels equally likely beforehand, by the given settings. */
export function hmmBaseline(settings: HmmSettings): Baseline {
  return async (train, test, seed) => ({
    predicted: hmmAnswers(train, test, settings, seed),
    chosen: describeSettings(settings),
  });
}

/** For each test recording the label whose HMM, trained on `train`, finds it likeliest. */
export function hmmAnswers(
  train: readonly LabelledFrames[],
  test: readonly LabelledFrames[],
  settings: HmmSettings,
  seed: number,
): Emotion[] {
  const raw = train.map(({ frames }) => cepstra(frames, settings.centring));
  const scale = fitStandardisation(raw, CEPSTRA_COUNT);
  const sequences = raw.map((sequence) => standardised(sequence, scale));
  const ofLabel = groupBy(train.keys(), (i) => train[i]!.clip.label);
  const models = [...ofLabel].map(([label, own]) => {
    const heard = own.map((i) => sequences[i]!);
    return { label, hmm: trainHmm(heard, settings, seed) };
  });
  return test.map(({ frames }) => {
    const sequence = standardised(cepstra(frames, settings.centring), scale);
    return likeliest(models, sequence);
  });
}

function trainHmm(sequences: readonly Float64Array[], settings: HmmSettings, seed: number): Hmm {
  const random = createRandom(seed);
  let hmm = startingHmm(sequences, CEPSTRA_COUNT, settings, VARIANCE_FLOOR, random);
  for (let i = 0; i < ITERATIONS; i++) hmm = baumWelchStep(hmm, sequences, VARIANCE_FLOOR).hmm;
  return hmm;
}

function likeliest(
  models: readonly { readonly label: Emotion; readonly hmm: Hmm }[],
  sequence: Float64Array,
): Emotion {
  const likelihoods = models.map(({ hmm }) => logLikelihood(hmm, sequence));
  return models[likelihoods.indexOf(Math.max(...likelihoods))]!.label;
}
