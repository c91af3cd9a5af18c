import type { SchemaNode } from './schema.ts';

/**
 * Reads the text of an environment variable or a flag as what its option takes. Text that does
 * not fit is handed back as it is, so that the schema check names the option and what it takes.
 * Lists of words may be comma-separated; other lists and whole sections are JSON.
 */
export function parseOptionText(text: string, node: SchemaNode): unknown {
  switch (node.type) {
    case 'integer':
    case 'number':
      return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : text;
    case 'boolean':
      return parseBoolean(text);
    case 'array':
      return node.items?.type === 'object' || text.trimStart().startsWith('[')
        ? parseJson(text)
        : words(text);
    case 'object':
      return parseJson(text);
    default:
      return text;
  }
}

function parseBoolean(text: string): boolean | string {
  const word = text.trim().toLowerCase();
  if (['true', '1', 'yes', 'on'].includes(word)) return true;
  if (['false', '0', 'no', 'off'].includes(word)) return false;
  return text;
}

function words(text: string): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
