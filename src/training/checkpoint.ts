import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { LEARNED_NAMES, type WeightArrays } from '../pipeline/network/weights.ts';
import { TonewireError } from '../protocol/errors.ts';
import type { EpochReport } from './epoch-report.ts';

/** Everything that training goes on from, after a whole number of epochs. */
export interface TrainingState {
  readonly weights: WeightArrays;
  readonly averaged: WeightArrays;
  readonly firstMoment: WeightArrays;
  readonly secondMoment: WeightArrays;
  /** Optimiser steps done. */
  readonly steps: number;
  readonly history: readonly EpochReport[];
}

const PARTS = ['weights', 'averaged', 'firstMoment', 'secondMoment'] as const;

/** One file: a line of JSON, then the learned weights of each part, float32. */
interface Header {
  /** What the state belongs to; another recipe, other clips, another teacher or start must not go on from it. */
  readonly fingerprint: string;
  readonly steps: number;
  readonly history: readonly EpochReport[];
}

export async function writeCheckpoint(
  path: string,
  fingerprint: string,
  state: TrainingState,
): Promise<void> {
  const { steps, history } = state;
  const header: Header = { fingerprint, steps, history };
  const arrays = PARTS.flatMap((part) => LEARNED_NAMES.map((name) => state[part][name]));
  const bytes = arrays.map((a) => Buffer.from(a.buffer, a.byteOffset, a.byteLength));
  // A run that is killed while it writes keeps the checkpoint before.
  await writeFile(
    `${path}.part`,
    Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...bytes]),
  );
  await rename(`${path}.part`, path);
}

/**
 * Reads a checkpoint into `state`'s own arrays and returns its steps and history; null when there
 * is none. Throws TW_TRAINING for one of another recipe, other clips, another teacher, start or network.
 */
export async function readCheckpoint(
  path: string,
  fingerprint: string,
  state: Omit<TrainingState, 'steps' | 'history'>,
): Promise<Pick<TrainingState, 'steps' | 'history'> | null> {
  const bytes = await readFile(path).catch(() => null);
  if (bytes === null) return null;
  const end = bytes.indexOf('\n');
  const header = JSON.parse(bytes.subarray(0, end).toString()) as Header;
  const arrays = PARTS.flatMap((part) => LEARNED_NAMES.map((name) => state[part][name]));
  const size = arrays.reduce((sum, array) => sum + array.byteLength, 0);
  if (header.fingerprint !== fingerprint || bytes.length !== end + 1 + size) {
    throw new TonewireError(
      'TW_TRAINING',
      `${path}: belongs to another recipe, other recordings, another teacher or another start. Remove it to start anew.`,
    );
  }
  let offset = bytes.byteOffset + end + 1;
  for (const array of arrays) {
    array.set(new Float32Array(bytes.buffer.slice(offset, offset + array.byteLength)));
    offset += array.byteLength;
  }
  return { steps: header.steps, history: header.history };
}

/** A finished run needs its checkpoint no more. */
export async function removeCheckpoint(path: string): Promise<void> {
  await rm(path, { force: true });
}
