import { FEATURE_COUNT } from '../pipeline/features/layout.ts';
import type { CorpusClip } from '../training/corpora/clip.ts';
import { readClip, speechFrames } from '../training/dataset.ts';

/** A recording and what the serving front end heard in it. */
export interface LabelledFrames {
  readonly clip: CorpusClip;
  /** `[frames, FEATURE_COUNT]`, speech only; empty where no speech was heard. */
  readonly frames: Float32Array;
}

/** Runs every recording, as it is, through the serving front end. */
export async function readLabelledFrames(
  clips: readonly CorpusClip[],
  onClip?: (done: number, total: number) => void,
): Promise<LabelledFrames[]> {
  const heard: LabelledFrames[] = [];
  for (const clip of clips) {
    heard.push({ clip, frames: speechFrames(await readClip(clip.path)) });
    onClip?.(heard.length, clips.length);
  }
  return heard;
}

export function frameCount(frames: Float32Array): number {
  return frames.length / FEATURE_COUNT;
}

/** `width` neighbouring columns of every frame, `[frames, width]`. */
export function columns(frames: Float32Array, first: number, width: number): Float64Array {
  const count = frameCount(frames);
  const chosen = new Float64Array(count * width);
  for (let t = 0; t < count; t++) {
    const row = t * FEATURE_COUNT + first;
    for (let i = 0; i < width; i++) chosen[t * width + i] = frames[row + i]!;
  }
  return chosen;
}
