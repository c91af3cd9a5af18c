import type { Probabilities } from '../protocol/events.ts';
import { fourDecimals } from './decimals.ts';

/** `probabilities[8]` as events carry them: rounded, by name. */
export function namedProbabilities(probabilities: ArrayLike<number>): Probabilities {
  const at = (index: number) => fourDecimals(probabilities[index]!);
  return {
    neutral: at(0),
    calm: at(1),
    happiness: at(2),
    sadness: at(3),
    anger: at(4),
    fear: at(5),
    disgust: at(6),
    surprise: at(7),
  };
}
