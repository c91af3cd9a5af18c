/**
 * The eight labels, in the order of every probability vector and every model output.
 * Named as in W3C EmotionML's `big6` vocabulary, with `neutral` and `calm` added (RAVDESS has both).
 */
export const EMOTIONS = [
  'neutral',
  'calm',
  'happiness',
  'sadness',
  'anger',
  'fear',
  'disgust',
  'surprise',
] as const;

export type Emotion = (typeof EMOTIONS)[number];

/** What is shown when no emotion is claimed: too little speech heard, or no clear winner. */
export const UNDECIDED = ['listening', 'uncertain'] as const;

export type Undecided = (typeof UNDECIDED)[number];

/** What an event shows: one of the eight, or that none is claimed. */
export type Label = Emotion | Undecided;

/** One speaker's channel of a call. `mixed` is a channel that carries more than one speaker. */
export const LEGS = ['customer', 'agent', 'mixed'] as const;

export type Leg = (typeof LEGS)[number];

/** Why audio is missing. */
export const GAP_CAUSES = ['missing', 'overload', 'paused', 'disconnected'] as const;
