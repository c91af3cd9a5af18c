import { foldModels, foldsOf } from '../evaluation/cross-validation.ts';
import { heldOutDoubt, type Learned, validationSpeakers } from '../evaluation/held-out.ts';
import type { JudgedSide } from '../evaluation/report-schema.ts';
import { loadModelFolder } from '../pipeline/model-folder.ts';
import { TonewireError } from '../protocol/errors.ts';
import type { Emotion } from '../protocol/labels.ts';
import type { CorpusClip } from '../training/corpora/clip.ts';
import { foldCount } from '../training/corpora/folds.ts';
import type { EvaluateFlags } from './evaluate.ts';
import { announceSide, testSide } from './test-side.ts';

/** One model and the recordings that it is to judge. */
export interface Trial {
  readonly fold: number | null;
  readonly model: string;
  readonly clips: readonly CorpusClip[];
  /** Why the model may have learned from these clips, if so. */
  readonly doubtOf: (model: Learned) => string | null;
}

type SideFlags = Pick<EvaluateFlags, 'model' | 'protocol' | 'fold' | 'side'>;

/** Who is judged: whom a fold tests, whom the models' training kept back, or all. */
export function judgedSide({ protocol, side }: SideFlags): JudgedSide {
  if (side === 'validation') return side;
  return protocol === undefined ? 'all' : 'test';
}

/** Which model judges which recordings: one, or in cross-validation each its own fold's. */
export async function trialsOf(
  clips: readonly CorpusClip[],
  labels: readonly Emotion[],
  flags: SideFlags,
): Promise<Trial[]> {
  const trials: Trial[] = [];
  for (const { fold, model } of foldsToJudge(clips, flags)) {
    const side = await sideOf(clips, fold, model, flags);
    const counted = side.clips.filter(({ label }) => labels.includes(label));
    if (counted.length === 0) {
      const wanted = labels.join(', ');
      throw new TonewireError('TW_CORPUS', `No recording to judge is labelled ${wanted}.`);
    }
    trials.push({ ...side, fold, model, clips: counted });
  }
  return trials;
}

/** The folds, each with its model folder; one without a number where there are no folds. */
function foldsToJudge(clips: readonly CorpusClip[], { model, protocol, fold }: SideFlags) {
  if (protocol === undefined) {
    if (fold === 'all') throw new TonewireError('TW_USAGE', '--fold all needs --protocol.');
    return [{ fold: null, model }];
  }
  const folds = foldsOf(fold, foldCount(clips, protocol));
  const models = fold === 'all' ? foldModels(model, folds) : [model];
  return folds.map((number, i) => ({ fold: number, model: models[i]! }));
}

async function sideOf(
  clips: readonly CorpusClip[],
  fold: number | null,
  model: string,
  { protocol, side }: SideFlags,
): Promise<Pick<Trial, 'clips' | 'doubtOf'>> {
  if (side === 'validation') {
    const { manifest } = await loadModelFolder(model);
    return { clips: keptBack(clips, manifest, model), doubtOf: () => null };
  }
  if (protocol === undefined || fold === null) return { clips, doubtOf: () => null };
  const judged = { protocol, fold };
  return {
    clips: testSide(clips, judged),
    doubtOf: (learned) => heldOutDoubt(learned, clips, judged),
  };
}

/** The recordings of the speakers whom a model's training kept back. Throws TW_USAGE where its folder names none. */
function keptBack(clips: readonly CorpusClip[], learned: Learned, model: string) {
  const speakers = validationSpeakers(learned);
  if (speakers.length === 0) {
    throw new TonewireError('TW_USAGE', `${model}: the folder names no validation speakers.`);
  }
  const chosen = clips.filter(({ speaker }) => speakers.includes(speaker));
  announceSide('Validation speakers', chosen);
  return chosen;
}
