import { mixDown, readAudioFile } from '../../audio/audio-file.ts';
import { resampleTo } from '../../audio/resample-file.ts';
import { ANALYSIS_RATE_HZ } from '../../pipeline/features/layout.ts';
import { TonewireError } from '../../protocol/errors.ts';
import { listAudio } from '../corpora/load-corpus.ts';
import type { Random } from '../random.ts';
import { activeLevel } from './level.ts';

/**
 * Speech with noise under it, at a signal-to-noise ratio between the active parts of the two.
 * The noise starts anywhere and repeats when it is shorter than the speech. 16 kHz both.
 */
export function addNoise(
  speech: Float32Array,
  noise: Float32Array,
  snrDb: number,
  random: Random,
): Float32Array {
  const speechLevel = activeLevel(speech);
  const noiseLevel = activeLevel(noise);
  if (speechLevel === 0 || noiseLevel === 0) return speech.slice();
  const factor = speechLevel / noiseLevel / 10 ** (snrDb / 20);
  const mixed = new Float32Array(speech.length);
  let at = random.integer(noise.length);
  for (let i = 0; i < mixed.length; i++) {
    mixed[i] = speech[i]! + factor * noise[at]!;
    if (++at === noise.length) at = 0;
  }
  return mixed;
}

/** Which recordings of a noise folder: what a network was trained in is no test of its hearing. */
export type NoiseSide = 'training' | 'test';

/** Every fourth recording of a folder, by name, is for tests. */
const TEST_EVERY = 4;

/**
 * One side's recordings below a folder at 16 kHz mono, but for room responses (`rir/`). 5 s take
 * 320 kB.
 */
export async function loadNoises(folder: string, side: NoiseSide): Promise<Float32Array[]> {
  const noises: Float32Array[] = [];
  for (const path of await noisePaths(folder, side)) {
    const file = await readAudioFile(path);
    noises.push(resampleTo(mixDown(file), file.sampleRateHz, ANALYSIS_RATE_HZ));
  }
  return noises;
}

/** Where one side's recordings are. A single recording serves both sides. */
export async function noisePaths(folder: string, side: NoiseSide): Promise<string[]> {
  const all = (await listAudio(folder)).filter((path) => !/[\\/]rir[\\/]/.test(path));
  if (all.length === 0) {
    throw new TonewireError('TW_CORPUS', `${folder}: holds no noise recording.`);
  }
  if (all.length === 1) return all;
  return all.filter((_path, index) => (index % TEST_EVERY === 0) === (side === 'test'));
}
