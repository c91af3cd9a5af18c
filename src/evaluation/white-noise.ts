import type { Random } from '../training/random.ts';

/** Gaussian noise whose root mean square is so many decibels of full scale. */
export function whiteNoise(length: number, levelDb: number, random: Random): Float32Array {
  const amplitude = 10 ** (levelDb / 20);
  return Float32Array.from({ length }, () => random.normal(0, amplitude));
}
