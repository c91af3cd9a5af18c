import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { TonewireError } from '../../protocol/errors.ts';
import type { CorpusClip, Gender } from './clip.ts';
import { type CsvRow, readCsvTable } from './csv-table.ts';

const FILE = 'VideoDemographics.csv';
const COLUMNS = ['actorid', 'age', 'sex', 'race', 'ethnicity'] as const;
const UNKNOWN = 'Unknown';

export type Demographics = Pick<CorpusClip, 'gender' | 'ageYears' | 'race' | 'ethnicity'>;

/**
 * What CREMA-D's `VideoDemographics.csv` says of each actor, by the clips' speaker name. The file
 * lies with the recordings, in the folder above, or beside them in `cremad-meta/`; without it the
 * map is empty.
 */
export async function readCremadDemographics(folder: string): Promise<Map<string, Demographics>> {
  const above = resolve(folder, '..');
  const path = [folder, above, join(above, 'cremad-meta')]
    .map((place) => join(place, FILE))
    .find((place) => existsSync(place));
  const rows = path === undefined ? [] : await readCsvTable(path, COLUMNS);
  return new Map(rows.map((row) => [`cremad-${row.fields.actorid}`, demographicsOf(row)]));
}

function demographicsOf({ fields, where }: CsvRow): Demographics {
  const ageYears = Number(fields.age);
  const sex = fields.sex?.toLowerCase();
  if (!(ageYears > 0) || !isGender(sex)) {
    throw new TonewireError('TW_CORPUS', `${where}: not an actor's age and sex.`);
  }
  const { race, ethnicity } = fields;
  return {
    gender: sex,
    ageYears,
    ...(race && race !== UNKNOWN && { race }),
    ...(ethnicity && ethnicity !== UNKNOWN && { ethnicity }),
  };
}

function isGender(text: string | undefined): text is Gender {
  return text === 'female' || text === 'male';
}
