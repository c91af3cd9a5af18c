import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { TonewireError } from '../protocol/errors.ts';
import type { Judged } from './judge.ts';
import { measure } from './metrics.ts';

/** One fold's test side, judged by the model that never heard its speakers. */
export interface FoldFigures {
  readonly fold: number;
  readonly model: string;
  readonly n: number;
  readonly speakers: readonly string[];
  readonly accuracy: number;
  readonly unweightedAccuracy: number;
  readonly macroF1: number;
}

export interface MeanAndDeviation {
  readonly mean: number;
  /** Of the sample, n − 1; 0 for a single value. */
  readonly deviation: number;
}

/** A flag's fold, or all that there are, from 1. */
export function foldsOf(fold: number | 'all', count: number): number[] {
  return fold === 'all' ? Array.from({ length: count }, (_, i) => i + 1) : [fold];
}

/** Whether the folder is itself a model. */
export function isModelFolder(folder: string): boolean {
  return existsSync(join(folder, 'manifest.json'));
}

/**
 * The model folder of each fold, `fold-1`, `fold-2`, … below `dir`; for one fold alone, `dir` may be the model itself.
 * Throws TW_USAGE for a single model's folder where there are several folds: it would judge speakers
 * that it learned from; and for a missing fold.
 */
export function foldModels(dir: string, folds: readonly number[]): string[] {
  const single = isModelFolder(dir);
  if (single && folds.length === 1) return [dir];
  const folders = folds.map((fold) => join(dir, `fold-${fold}`));
  const missing = folders.find((folder) => !isModelFolder(folder));
  if (missing === undefined) return folders;
  if (single) {
    throw new TonewireError(
      'TW_USAGE',
      `${dir} is one model: in all folds but its own it would judge speakers that it learned from. Give its own fold, or a folder with fold-1, fold-2, …, as tonewire train --fold all makes it.`,
    );
  }
  throw new TonewireError(
    'TW_USAGE',
    `${missing} is no model folder; there has to be one for each fold: ${folds.join(', ')}.`,
  );
}

export function foldFigures(fold: number, model: string, judged: readonly Judged[]): FoldFigures {
  const { n, accuracy, unweightedAccuracy, macroF1 } = measure(judged);
  const speakers = [...new Set(judged.map(({ speaker }) => speaker))].sort();
  return { fold, model, n, speakers, accuracy, unweightedAccuracy, macroF1 };
}

export function meanAndDeviation(values: readonly number[]): MeanAndDeviation {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / Math.max(1, values.length - 1)) };
}
