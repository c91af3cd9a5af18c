/** Stretches of speech that a reading is accounted for by: 16 steps, about four seconds. */
export const KEPT_STEPS = 16;
