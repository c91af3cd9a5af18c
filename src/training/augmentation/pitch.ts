import { speed } from './speed.ts';
import { stretch } from './stretch.ts';

/**
 * Moves the pitch (and the formants) by so many semitones at the same length: stretched in time
 * first, then played faster or slower by as much.
 */
export function pitch(samples: Float32Array, semitones: number): Float32Array {
  const factor = 2 ** (semitones / 12);
  const shifted = speed(stretch(samples, 1 / factor), factor);
  if (shifted.length === samples.length) return shifted;
  const output = new Float32Array(samples.length);
  output.set(shifted.subarray(0, samples.length));
  return output;
}
