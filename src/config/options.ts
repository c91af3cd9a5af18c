import { configFileSchema, type SchemaNode } from './schema.ts';

/** One addressable place of the configuration: an option, a list, or a whole section. */
export interface Option {
  /** Such as `server.port`; list elements are not addressed one by one. */
  readonly path: string;
  /** Such as `TONEWIRE_SERVER_PORT`. */
  readonly variable: string;
  readonly node: SchemaNode;
}

/** Environment variables that are not options: which file to read, and the key that clients send. */
export const OTHER_VARIABLES: readonly string[] = [
  'TONEWIRE_CONFIG',
  'TONEWIRE_API_KEY',
  'TONEWIRE_DEBUG',
  'TONEWIRE_TEST_DATA',
];

/** Every option and section, in the order of the schema. */
export const OPTIONS: readonly Option[] = list(configFileSchema(), '');

function list(node: SchemaNode, prefix: string): Option[] {
  return Object.entries(node.properties ?? {}).flatMap(([key, child]) => {
    if (key.startsWith('$')) return [];
    const path = prefix ? `${prefix}.${key}` : key;
    return [{ path, variable: variableOf(path), node: child }, ...list(child, path)];
  });
}

function variableOf(path: string): string {
  const words = path.replaceAll('.', '_').replace(/[A-Z]/g, (letter) => `_${letter}`);
  return `TONEWIRE_${words.toUpperCase()}`;
}

/** What an option takes, in words: `an integer from 0 to 65535`. Ends every complaint about it. */
export function takes(node: SchemaNode): string {
  if (node.enum) return `one of ${node.enum.join(', ')}`;
  switch (node.type) {
    case 'integer':
      return `an integer${range(node)}`;
    case 'number':
      return `a number${range(node)}`;
    case 'boolean':
      return 'true or false';
    case 'array':
      return `a list of ${elements(node.items)}${size(node.minItems, node.maxItems, 'entries')}`;
    case 'string':
      return `text${size(node.minLength, node.maxLength, 'characters')}${node.pattern ? ` matching ${node.pattern}` : ''}`;
    default:
      return `an object with ${Object.keys(node.properties ?? {}).join(', ')}`;
  }
}

function elements(node: SchemaNode | undefined): string {
  return node?.enum ? node.enum.join(', ') : `${node?.type ?? 'value'}s`;
}

function range({ minimum, maximum }: SchemaNode): string {
  if (minimum === undefined && maximum === undefined) return '';
  return ` from ${minimum ?? 'any'} to ${maximum ?? 'any'}`;
}

function size(minimum: number | undefined, maximum: number | undefined, unit: string): string {
  if (minimum === undefined && maximum === undefined) return '';
  if (maximum === undefined) return ` of at least ${minimum} ${unit}`;
  return ` of ${minimum ?? 0} to ${maximum} ${unit}`;
}
