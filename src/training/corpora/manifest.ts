import { dirname, resolve } from 'node:path';
import { TonewireError } from '../../protocol/errors.ts';
import type { CorpusClip, Gender } from './clip.ts';
import { type CsvRow, readCsvTable } from './csv-table.ts';
import { emotionOf } from './labels.ts';

const GENDERS: Readonly<Record<string, Gender>> = {
  female: 'female',
  f: 'female',
  male: 'male',
  m: 'male',
};

/**
 * Anybody's own recordings: a CSV file with the columns `path`, `label` and `speaker`, and if
 * wished `corpus`, `sentence`, `intensity`, `gender` (female or male) and `ageYears`, which may be
 * empty; further columns are ignored. Paths are relative to the CSV file's folder, or absolute. A
 * speaker's name must be the same for the same person, and nobody else's, over the whole file.
 */
export async function readManifest(csvPath: string): Promise<CorpusClip[]> {
  const rows = await readCsvTable(csvPath, ['path', 'label', 'speaker']);
  if (rows.length === 0) {
    throw new TonewireError('TW_CORPUS', `${csvPath}: no recording is listed.`);
  }
  const folder = dirname(resolve(csvPath));
  return rows.map((row) => clipOf(row, folder));
}

function clipOf({ fields, where }: CsvRow, folder: string): CorpusClip {
  const { path, label, speaker, corpus, sentence, intensity, gender, ageyears } = fields;
  if (!path || !label || !speaker) {
    throw new TonewireError('TW_CORPUS', `${where}: path, label and speaker must not be empty.`);
  }
  return {
    path: resolve(folder, path),
    label: emotionOf(label, where),
    speaker,
    corpus: corpus || 'manifest',
    ...(sentence && { sentence }),
    ...(intensity && { intensity }),
    ...(gender && { gender: genderOf(gender, where) }),
    ...(ageyears && { ageYears: ageOf(ageyears, where) }),
  };
}

function genderOf(text: string, where: string): Gender {
  const gender = GENDERS[text.toLowerCase()];
  if (gender !== undefined) return gender;
  throw new TonewireError('TW_CORPUS', `${where}: the gender "${text}" is not female or male.`);
}

function ageOf(text: string, where: string): number {
  const years = Number(text);
  if (Number.isFinite(years) && years > 0) return years;
  throw new TonewireError('TW_CORPUS', `${where}: the age "${text}" is not a number of years.`);
}
