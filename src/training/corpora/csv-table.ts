import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { TonewireError } from '../../protocol/errors.ts';

export interface CsvRow {
  /** File and line, for an error. */
  readonly where: string;
  /** By column name in lower case; blanks around a field are gone. */
  readonly fields: Readonly<Record<string, string>>;
}

interface ParsedRow {
  readonly record: Record<string, string>;
  readonly info: { readonly lines: number };
}

/**
 * The rows of a CSV file with a header; its capitals do not matter, quotes and a byte-order mark
 * are understood. Throws TW_CORPUS when a `required` column is missing or the file is no CSV.
 */
export async function readCsvTable(path: string, required: readonly string[]): Promise<CsvRow[]> {
  let header: string[] = [];
  const columns = (names: string[]) => {
    header = names.map((name) => name.trim().toLowerCase());
    return header;
  };
  const rows = parseRows(await readText(path), path, columns);
  if (!required.every((name) => header.includes(name))) {
    throw new TonewireError(
      'TW_CORPUS',
      `${path} line 1: the header must hold ${required.join(', ')}.`,
    );
  }
  return rows.map(({ record, info }) => ({ where: `${path} line ${info.lines}`, fields: record }));
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new TonewireError('TW_CORPUS', `${path}: the file cannot be read.`, { cause });
  }
}

function parseRows(
  text: string,
  path: string,
  columns: (names: string[]) => string[],
): ParsedRow[] {
  try {
    return parse(text, {
      bom: true,
      info: true,
      skip_empty_lines: true,
      trim: true,
      columns,
    }) as unknown as ParsedRow[];
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'it is not CSV';
    throw new TonewireError('TW_CORPUS', `${path}: ${why}`, { cause });
  }
}
