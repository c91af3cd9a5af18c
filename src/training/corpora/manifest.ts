import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse } from 'csv-parse/sync';
import { TonewireError } from '../../protocol/errors.ts';
import type { CorpusClip } from './clip.ts';
import { emotionOf } from './labels.ts';

const COLUMNS = ['path', 'label', 'speaker'] as const;

interface ManifestRow {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/**
 * Anybody's own recordings: a CSV file with the header `path,label,speaker` (further columns are
 * allowed and ignored, quoted fields too). Paths are relative to the CSV file's folder, or absolute.
 */
export async function readManifest(csvPath: string): Promise<CorpusClip[]> {
  const rows = parseRows(await readText(csvPath), csvPath);
  const header = rows[0]?.record.map((name) => name.trim().toLowerCase()) ?? [];
  const at = COLUMNS.map((column) => header.indexOf(column));
  if (at.includes(-1)) {
    throw new TonewireError(
      'TW_CORPUS',
      `${csvPath} line 1: the header must hold ${COLUMNS.join(', ')}.`,
    );
  }
  if (rows.length === 1)
    throw new TonewireError('TW_CORPUS', `${csvPath}: no recording is listed.`);
  const folder = dirname(resolve(csvPath));
  return rows.slice(1).map(({ record, info }) => {
    const where = `${csvPath} line ${info.lines}`;
    const [path, label, speaker] = at.map((column) => field(record[column]));
    if (!path || !label || !speaker) {
      throw new TonewireError('TW_CORPUS', `${where}: path, label and speaker must not be empty.`);
    }
    return {
      path: resolve(folder, path),
      label: emotionOf(label, where),
      speaker,
      corpus: 'manifest',
    };
  });
}

function field(text: string | undefined): string {
  return (text ?? '').trim();
}

async function readText(csvPath: string): Promise<string> {
  try {
    return await readFile(csvPath, 'utf8');
  } catch (cause) {
    throw new TonewireError('TW_CORPUS', `${csvPath}: the manifest cannot be read.`, { cause });
  }
}

function parseRows(text: string, csvPath: string): ManifestRow[] {
  try {
    return parse(text, {
      bom: true,
      info: true,
      skip_empty_lines: true,
    }) as unknown as ManifestRow[];
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'it is not CSV';
    throw new TonewireError('TW_CORPUS', `${csvPath}: ${why}`, { cause });
  }
}
