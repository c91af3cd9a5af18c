import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { TonewireError } from '../../protocol/errors.ts';
import { EMOTIONS, type Emotion } from '../../protocol/labels.ts';
import type { CorpusClip } from './clip.ts';
import { byFileName, type Corpus } from './corpus.ts';
import { readCremad } from './cremad.ts';
import { parseEmodb } from './emodb.ts';
import { readIemocap } from './iemocap.ts';
import { parseNemo } from './nemo.ts';
import { parseRavdess } from './ravdess.ts';
import { parseSavee } from './savee.ts';
import { parseTess } from './tess.ts';

const FOUR: readonly Emotion[] = ['neutral', 'happiness', 'sadness', 'anger'];
const SIX: readonly Emotion[] = [...FOUR, 'fear', 'disgust'];
const SEVEN: readonly Emotion[] = [...SIX, 'surprise'];

const CORPORA = {
  ravdess: { labels: EMOTIONS, readClips: byFileName(parseRavdess) },
  cremad: { labels: SIX, readClips: readCremad('cremad') },
  'cremad-resynth': { labels: SIX, readClips: readCremad('cremad-resynth') },
  nemo: { labels: [...FOUR, 'fear', 'surprise'], readClips: byFileName(parseNemo) },
  tess: { labels: SEVEN, readClips: byFileName(parseTess) },
  emodb: { labels: SIX, readClips: byFileName(parseEmodb) },
  savee: { labels: SEVEN, readClips: byFileName(parseSavee) },
  iemocap: { labels: FOUR, readClips: readIemocap },
} as const satisfies Record<string, Corpus>;

export type CorpusName = keyof typeof CORPORA;
export const CORPUS_NAMES = Object.keys(CORPORA) as CorpusName[];

const AUDIO_EXTENSIONS = new Set(['.wav', '.flac', '.mp3', '.opus', '.ogg']);

export function isCorpusName(name: string): name is CorpusName {
  return Object.hasOwn(CORPORA, name);
}

/** The labels that may be answered for a corpus. */
export function corpusLabels(name: CorpusName): readonly Emotion[] {
  return CORPORA[name].labels;
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
  const corpus: Corpus = CORPORA[name];
  const folder = await corpusFolder(name, dir);
  const clips = await corpus.readClips(await listAudio(folder), folder);
  if (clips.length === 0) {
    throw new TonewireError('TW_CORPUS', `${folder}: holds no recording of ${name}.`);
  }
  return [...clips];
}

/** All audio files below a folder, sorted, hidden ones (macOS' `._` too) left out. */
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

async function readFolder(folder: string, recursive: boolean): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true, recursive });
  } catch (cause) {
    throw new TonewireError('TW_CORPUS', `${folder}: the folder cannot be read.`, { cause });
  }
}
