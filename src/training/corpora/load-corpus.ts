import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { TonewireError } from '../../protocol/errors.ts';
import type { ClipParser, CorpusClip } from './clip.ts';
import { cremadParser } from './cremad.ts';
import { parseNemo } from './nemo.ts';
import { parseRavdess } from './ravdess.ts';

const PARSERS = {
  ravdess: parseRavdess,
  cremad: cremadParser('cremad'),
  'cremad-resynth': cremadParser('cremad-resynth'),
  nemo: parseNemo,
} as const satisfies Record<string, ClipParser>;

export type CorpusName = keyof typeof PARSERS;
export const CORPUS_NAMES = Object.keys(PARSERS) as CorpusName[];

const AUDIO_EXTENSIONS = new Set(['.wav', '.flac', '.mp3', '.opus', '.ogg']);

export function isCorpusName(name: string): name is CorpusName {
  return Object.hasOwn(PARSERS, name);
}

/**
 * The labelled clips of a corpus, sorted by path. `dir` is the corpus' own folder, or a folder
 * that holds it under its name; sub-folders are searched.
 */
export async function loadCorpus(name: string, dir: string): Promise<CorpusClip[]> {
  if (!isCorpusName(name)) {
    throw new TonewireError(
      'TW_CORPUS',
      `"${name}" is not a known corpus: ${CORPUS_NAMES.join(', ')}; other recordings go in a manifest.`,
    );
  }
  const parser: ClipParser = PARSERS[name];
  const folder = await corpusFolder(name, dir);
  const paths = await listAudio(folder);
  const clips = paths.map((path) => parser(path)).filter((clip) => clip !== null);
  if (clips.length === 0) {
    throw new TonewireError('TW_CORPUS', `${folder}: holds no recording of ${name}.`);
  }
  return clips;
}

/** All audio files below a folder, sorted, hidden ones left out. */
export async function listAudio(folder: string): Promise<string[]> {
  const entries = await readFolder(folder, true);
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .filter((entry) => AUDIO_EXTENSIONS.has(extname(entry.name).toLowerCase()))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function corpusFolder(name: CorpusName, dir: string): Promise<string> {
  const entries = await readFolder(dir, false);
  const holdsIt = entries.some((entry) => entry.isDirectory() && entry.name === name);
  return holdsIt ? join(dir, name) : dir;
}

async function readFolder(folder: string, recursive: boolean) {
  try {
    return await readdir(folder, { withFileTypes: true, recursive });
  } catch (cause) {
    throw new TonewireError('TW_CORPUS', `${folder}: the folder cannot be read.`, { cause });
  }
}
