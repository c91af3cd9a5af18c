import { loadConfig } from '../../config/load-config.ts';
import { heldOutDoubt } from '../../evaluation/held-out.ts';
import { type Judged, judgeLast } from '../../evaluation/judge.ts';
import { observe } from '../../evaluation/observe.ts';
import { createAnalyser } from '../../pipeline/analyser.ts';
import { TonewireError } from '../../protocol/errors.ts';
import type { Emotion } from '../../protocol/labels.ts';
import type { CorpusClip } from '../../training/corpora/clip.ts';
import { type Protocol, split } from '../../training/corpora/folds.ts';

/**
 * What networks, a model folder a fold, say of the test side of their folds, through the serving
 * pipeline. Throws TW_USAGE for a network that may have learned from it.
 */
export async function networkJudgements(
  models: readonly string[],
  clips: readonly CorpusClip[],
  labels: readonly Emotion[],
  { protocol, folds }: { readonly protocol: Protocol; readonly folds: readonly number[] },
): Promise<Judged[]> {
  const { analysis, limits } = loadConfig();
  const judged: Judged[] = [];
  for (const [index, fold] of folds.entries()) {
    const model = models[index]!;
    const analyser = await createAnalyser({
      ...analysis,
      maxGapFillMs: limits.maxGapFillMs,
      model,
    });
    try {
      const doubt = heldOutDoubt(analyser.manifest, clips, { protocol, fold });
      if (doubt !== null) throw new TonewireError('TW_USAGE', `${model}: ${doubt}`);
      const { readings } = await observe(analyser, split(clips, protocol, fold).test, {
        conditions: ['as-recorded'],
        sounds: { noises: [], music: [] },
        streams: false,
        seed: 1,
      });
      judged.push(...judgeLast(readings.get('as-recorded')!, labels));
    } finally {
      await analyser.close();
    }
  }
  return judged;
}
