/**
 * A sender that can wait is made to, long before the bound at which audio would be dropped: at
 * this share of limits.maxBufferedAudioMs, looked at after each slice of a long message.
 */
const WAIT_SHARE = 0.25;
export const SLICE_MS = 500;

/** What one model step covers, in every model that `tonewire train` makes. */
const STEP_MS = 256;
/** A slice may also bring the start of its speech from before, and end a segment in mid-step. */
const STEPS_BESIDE_SLICE = 2;

/** How much of a leg's audio may wait for the model before its sender waits too. */
export function waitThresholdMs(maxBufferedAudioMs: number): number {
  return maxBufferedAudioMs * WAIT_SHARE;
}

/** The most steps that ever wait for the model on a leg whose sender can be made to wait. */
export function mostPendingSteps(maxBufferedAudioMs: number): number {
  const beforeSlice = Math.floor(waitThresholdMs(maxBufferedAudioMs) / STEP_MS);
  return beforeSlice + Math.ceil(SLICE_MS / STEP_MS) + STEPS_BESIDE_SLICE;
}
