import { WINDOW_SAMPLES } from './layout.ts';

/** `[WINDOW_SAMPLES]`: the periodic Hann window that every frame is weighed with. */
export const HANN = Float32Array.from(
  { length: WINDOW_SAMPLES },
  (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / WINDOW_SAMPLES),
);
