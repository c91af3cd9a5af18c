import type { Figure } from './metrics.ts';

/** What each figure is called for a person. */
export const FIGURE_NAMES: Readonly<Record<Figure, string>> = {
  unweightedAccuracy: 'unweighted accuracy',
  accuracy: 'accuracy',
  macroPrecision: 'macro precision',
  macroRecall: 'macro recall',
  macroF1: 'macro F1',
};

/** `0.6125` as `61.3 %`. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** One model's name, or the first and the last of many. */
export function modelNames(ids: readonly string[]): string {
  const names = [...new Set(ids)];
  return names.length === 1 ? names[0]! : `${names[0]} … ${names.at(-1)}`;
}
