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

/** Every recording below a folder at 16 kHz mono, but for room responses (`rir/`). 5 s take 320 kB. */
export async function loadNoises(folder: string): Promise<Float32Array[]> {
  const paths = (await listAudio(folder)).filter((path) => !/[\\/]rir[\\/]/.test(path));
  if (paths.length === 0) {
    throw new TonewireError('TW_CORPUS', `${folder}: holds no noise recording.`);
  }
  const noises: Float32Array[] = [];
  for (const path of paths) {
    const file = await readAudioFile(path);
    noises.push(resampleTo(mixDown(file), file.sampleRateHz, ANALYSIS_RATE_HZ));
  }
  return noises;
}
