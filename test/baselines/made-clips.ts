import type { LabelledFrames } from '../../src/baselines/labelled-frames.ts';
import { FEATURE_COUNT } from '../../src/pipeline/features/layout.ts';
import type { Emotion } from '../../src/protocol/labels.ts';
import { createRandom } from '../../src/training/random.ts';

/** `frames` of zeros, changed by `fill`, which gets the frame's number and its vector. */
export function madeFrames(
  frames: number,
  fill: (t: number, vector: Float32Array) => void,
): Float32Array {
  const whole = new Float32Array(frames * FEATURE_COUNT);
  for (let t = 0; t < frames; t++) {
    fill(t, whole.subarray(t * FEATURE_COUNT, (t + 1) * FEATURE_COUNT));
  }
  return whole;
}

/** Clips of noise, a few a speaker and label; labels differ in the mean of every column. */
export function madeClips(
  labels: readonly Emotion[],
  { speakers = 6, clipsEach = 2, apart = 2, seed = 1 } = {},
): LabelledFrames[] {
  const random = createRandom(seed);
  const clips: LabelledFrames[] = [];
  for (let speaker = 0; speaker < speakers; speaker++) {
    labels.forEach((label, number) => {
      for (let i = 0; i < clipsEach; i++) {
        const frames = madeFrames(12, (_t, vector) => {
          for (let k = 0; k < vector.length; k++) vector[k] = random.normal(apart * number);
        });
        const path = `${speaker}-${label}-${i}.wav`;
        clips.push({ clip: { path, label, speaker: `s-${speaker}`, corpus: 'made' }, frames });
      }
    });
  }
  return clips;
}
