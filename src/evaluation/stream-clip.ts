import { basename } from 'node:path';
import { readAudioFile } from '../audio/audio-file.ts';
import type { ModelAnalyser } from '../pipeline/analyser.ts';
import type { CorpusClip } from '../training/corpora/clip.ts';
import { createRandom, seedFrom } from '../training/random.ts';
import type { Condition } from './conditions.ts';
import { type ClipNoise, inCondition } from './in-condition.ts';
import type { Sound } from './sounds.ts';
import { streamAudio } from './stream-audio.ts';

/** Speech heard after which a reading is kept, beside the last one. */
export const SPEECH_MARKS_MS = [500, 1000, 1500, 2000, 3000] as const;

/** What the pipeline made of one clip: all that the measures need. */
export interface ClipReading {
  readonly clip: CorpusClip;
  readonly audioMs: number;
  readonly speechMs: number;
  /** `[8]`, the last calibrated reading; null when no speech was heard. */
  readonly last: Float32Array | null;
  /**
   * For each of SPEECH_MARKS_MS the newest reading that rests on no more speech than that: what
   * could be known by then. Null before the first.
   */
  readonly atMarks: readonly (Float32Array | null)[];
  /** What the logits were divided by. */
  readonly temperature: number;
}

export interface ClipSettings {
  readonly conditions: readonly Condition[];
  readonly noises: readonly Sound[];
  readonly seed: number;
}

/** Reads a clip once and streams it in every condition; readings in the conditions' order. */
export async function streamClip(
  analyser: ModelAnalyser,
  clip: CorpusClip,
  { conditions, noises, seed }: ClipSettings,
): Promise<ClipReading[]> {
  const file = await readAudioFile(clip.path);
  const readings: ClipReading[] = [];
  for (const condition of conditions) {
    const audio = inCondition(file, condition, () => noiseFor(clip, noises, seed));
    const atMarks: (Float32Array | null)[] = SPEECH_MARKS_MS.map(() => null);
    const streamed = await streamAudio(analyser, audio, ({ speechMs, latest }) => {
      SPEECH_MARKS_MS.forEach((markMs, i) => {
        if (speechMs <= markMs) atMarks[i] = latest.slice();
      });
    });
    const { audioMs, speechMs, last } = streamed;
    const { temperature } = analyser.manifest;
    readings.push({ clip, audioMs, speechMs, last, atMarks, temperature });
  }
  return readings;
}

/** The same noise from the same place at every ratio and for every model, so that these compare. */
function noiseFor(clip: CorpusClip, noises: readonly Sound[], seed: number): ClipNoise {
  const random = createRandom(seedFrom(seed, clip.corpus, clip.speaker, basename(clip.path)));
  return { samples: random.pick(noises).samples, random };
}
