import { EARLY_FRAMES, stepLength } from '../pipeline/early-steps.ts';

/**
 * A sender that can wait is made to, long before the bound at which audio would be dropped: at
 * this share of limits.maxBufferedAudioMs, looked at after each slice of a long message.
 */
const WAIT_SHARE = 0.25;
export const SLICE_MS = 500;

const HOP_MS = 32;
/** What one model step covers, in every model that `tonewire train` makes. */
const STEP_FRAMES = 8;
/** A slice may also bring the start of its speech from before, and end a segment in mid-step. */
const STEPS_BESIDE_SLICE = 2;

/** How much of a leg's audio may wait for the model before its sender waits too. */
export function waitThresholdMs(maxBufferedAudioMs: number): number {
  return maxBufferedAudioMs * WAIT_SHARE;
}

/** The most steps that ever wait for the model on a leg whose sender can be made to wait. */
export function mostPendingSteps(maxBufferedAudioMs: number): number {
  const waitingFrames = waitThresholdMs(maxBufferedAudioMs) / HOP_MS;
  const earlyFrames = Math.min(waitingFrames, EARLY_FRAMES);
  const earlyStepFrames = stepLength(STEP_FRAMES, 1);
  const beforeSlice = Math.floor(
    earlyFrames / earlyStepFrames + (waitingFrames - earlyFrames) / STEP_FRAMES,
  );
  const inSlice = Math.ceil(SLICE_MS / HOP_MS / earlyStepFrames);
  return beforeSlice + inSlice + STEPS_BESIDE_SLICE;
}
