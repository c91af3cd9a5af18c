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

/**
 * The model folders `fold-1` to `fold-<count>` below `dir`. Throws TW_USAGE for a single model's
 * folder, which would judge speakers that it learned from, and for a missing fold.
 */
export function foldModels(dir: string, count: number): string[] {
  const folders = Array.from({ length: count }, (_, i) => join(dir, `fold-${i + 1}`));
  const missing = folders.find((folder) => !existsSync(join(folder, 'manifest.json')));
  if (missing === undefined) return folders;
  if (existsSync(join(dir, 'manifest.json'))) {
    throw new TonewireError(
      'TW_USAGE',
      `${dir} is one model: in all folds but its own it would judge speakers that it learned from. Give its own fold, or a folder with fold-1 to fold-${count}, as tonewire train --fold all makes it.`,
    );
  }
  throw new TonewireError('TW_USAGE', `${missing} is no model folder; --fold all needs ${count}.`);
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
