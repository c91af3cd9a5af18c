/** Until a leg has heard so many frames of speech (2 s) its steps are half as long: what is heard then changes most. */
export const EARLY_FRAMES = 64;

/** Frames to the step in which the frame of this number, from 1 since the leg began, falls. */
export function stepLength(stepFrames: number, frameNumber: number): number {
  return frameNumber <= EARLY_FRAMES ? Math.ceil(stepFrames / 2) : stepFrames;
}
