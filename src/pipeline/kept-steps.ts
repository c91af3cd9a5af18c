/** Stretches of speech that a reading is accounted for by: 16 steps, about four seconds, of a leg that has just begun two. */
export const KEPT_STEPS = 16;
