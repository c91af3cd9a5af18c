import type { Probabilities } from '../protocol/events.ts';
import { fourDecimals } from './decimals.ts';

/** `probabilities[8]` as events carry them: rounded, by name. */
export function namedProbabilities(probabilities: ArrayLike<number>): Probabilities {
  const [neutral, calm, happiness, sadness, anger, fear, disgust, surprise] = Array.from(
    probabilities,
    fourDecimals,
  ) as [number, number, number, number, number, number, number, number];
  return { neutral, calm, happiness, sadness, anger, fear, disgust, surprise };
}
