import { loadEngine } from '../../src/pipeline/engines/load-engine.ts';
import { FEATURE_COUNT } from '../../src/pipeline/features/layout.ts';
import type { ModelFolder } from '../../src/pipeline/model-folder.ts';
import { initialState } from '../../src/pipeline/network/shape.ts';
import type { TrainingClip } from '../../src/training/batches.ts';
import type { CorpusClip } from '../../src/training/corpora/clip.ts';
import { createRandom } from '../../src/training/random.ts';

const random = createRandom(9);
const SOME_FRAMES = Float32Array.from({ length: 20 * FEATURE_COUNT }, () => random.normal());

/** What a model answers to frames `[T, F]`, by the code that was trained. */
export async function logitsOf(
  { manifest, weights, graph }: Pick<ModelFolder, 'manifest' | 'weights' | 'graph'>,
  frames: Float32Array = SOME_FRAMES,
): Promise<Float32Array> {
  const engine = await loadEngine('tensorflow-wasm', { manifest, weights, graph });
  const state = initialState(manifest.shape);
  const frameCount = frames.length / FEATURE_COUNT;
  const { logits } = await engine.step({ batchSize: 1, frameCount, frames, state });
  await engine.close();
  return logits;
}

/** Recordings whose label shows as a raised band, and the sides they stand on. */
export function madeRecordings() {
  const random = createRandom(4);
  const features = new Map<string, TrainingClip>();
  const clips = Array.from({ length: 24 }, (_, i): CorpusClip => {
    const label = i % 4;
    const path = `clip-${i}`;
    const length = 12 + random.integer(12);
    const frames = Float32Array.from(
      { length: length * FEATURE_COUNT },
      (_, k) => random.normal() + ((k % FEATURE_COUNT) >> 3 === label ? 1 : 0),
    );
    const speaker = `ravdess-${i % 3}`;
    features.set(path, { variants: [frames], label, speaker, corpus: 'ravdess', path });
    return { path, corpus: 'ravdess', speaker, label: 'neutral' };
  });
  const of = (speaker: string) => clips.filter((clip) => clip.speaker === speaker);
  const sides = {
    train: [...of('ravdess-0'), ...of('ravdess-1')],
    validation: of('ravdess-2'),
    test: [],
  };
  return { sides, features };
}
