import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { concat, silence, vowel } from './signals.ts';
import { wav } from './wav.ts';

const RATE_HZ = 16000;
const SPEAKERS = 6;

/** "Sad" voices are low and slow, "angry" ones high and quick. */
const VOICES = [
  { label: 'sad', pitchHz: 100, syllablesHz: 2.5 },
  { label: 'angry', pitchHz: 280, syllablesHz: 6 },
];

/** Writes recordings of six speakers, two each, and returns the manifest that lists them. */
export async function writeSadAndAngry(folder: string): Promise<string> {
  const rows = ['path,label,speaker'];
  for (let speaker = 0; speaker < SPEAKERS; speaker++) {
    for (const { label, pitchHz, syllablesHz } of VOICES) {
      const voice = vowel(pitchHz + 4 * speaker, RATE_HZ, 1.2, { syllablesHz });
      const name = `${label}-${speaker}.wav`;
      await writeFile(join(folder, name), wav(concat(silence(RATE_HZ, 0.3), voice), RATE_HZ));
      rows.push(`${name},${label},speaker-${speaker}`);
    }
  }
  const manifest = join(folder, 'clips.csv');
  await writeFile(manifest, `${rows.join('\n')}\n`);
  return manifest;
}
