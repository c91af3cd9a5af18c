import { basename, dirname } from 'node:path';
import { noisePaths } from '../training/augmentation/noise.ts';
import { listAudio } from '../training/corpora/load-corpus.ts';
import { readClip } from '../training/dataset.ts';
import { createRandom } from '../training/random.ts';
import { makeMusic } from './synthetic-music.ts';

/** A recording without a speaker, 16 kHz mono. */
export interface Sound {
  /** What it is a recording of: its folder's name. */
  readonly kind: string;
  readonly samples: Float32Array;
}

export interface Sounds {
  readonly noises: readonly Sound[];
  readonly music: readonly Sound[];
}

/** The kind of music that was made up. */
export const SYNTHETIC_MUSIC = 'music (synthetic)';
const SYNTHETIC_PIECES = 4;
const SYNTHETIC_SECONDS = 20;

/**
 * The noises of the test side of a folder, and music: a folder's, or made up where none is given.
 * Without a noise folder there is no noise. Throws TW_CORPUS for a folder without audio.
 */
export async function loadSounds(
  folders: { readonly noise?: string | undefined; readonly music?: string | undefined },
  seed: number,
): Promise<Sounds> {
  const noises =
    folders.noise === undefined ? [] : await readSounds(await noisePaths(folders.noise, 'test'));
  const music =
    folders.music === undefined
      ? syntheticMusic(seed)
      : (await readSounds(await listAudio(folders.music))).map((sound) => ({
          ...sound,
          kind: 'music',
        }));
  return { noises, music };
}

async function readSounds(paths: readonly string[]): Promise<Sound[]> {
  const sounds: Sound[] = [];
  for (const path of paths) {
    sounds.push({ kind: basename(dirname(path)), samples: await readClip(path) });
  }
  return sounds;
}

function syntheticMusic(seed: number): Sound[] {
  const random = createRandom(seed);
  return Array.from({ length: SYNTHETIC_PIECES }, () => ({
    kind: SYNTHETIC_MUSIC,
    samples: makeMusic(SYNTHETIC_SECONDS, random),
  }));
}
