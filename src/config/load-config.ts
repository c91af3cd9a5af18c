import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject } from 'ajv';
import { TonewireError, toTonewireError } from '../protocol/errors.ts';
import { combinationErrors } from './combinations.ts';
import { OPTIONS, type Option, OTHER_VARIABLES, takes } from './options.ts';
import { parseOptionText } from './parse-text.ts';
import { type Config, configFileSchema, type SchemaNode } from './schema.ts';

/** Where a configuration comes from, weakest first. */
export interface ConfigSources {
  /** Path of a JSON file; without it `TONEWIRE_CONFIG` may name one. */
  readonly file?: string | undefined;
  /** Usually `process.env`; only names that begin with `TONEWIRE_` are looked at. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** By option path: `{'server.port': '8461'}`. Text is parsed, any other value taken as it is. */
  readonly flags?: Readonly<Record<string, unknown>>;
}

type Tree = Record<string, unknown>;

const validate = new Ajv({
  useDefaults: true,
  allErrors: true,
  verbose: true,
  strict: true,
  // It runs once, so time spent on making it faster is lost; that the schema is one, a test checks.
  code: { optimize: false },
  validateSchema: false,
}).compile<Config>(configFileSchema());

const byPath = new Map(OPTIONS.map((option) => [option.path, option]));
const byVariable = new Map(OPTIONS.map((option) => [option.variable, option]));

/**
 * Merges file, environment and flags over the defaults, checks the whole, and freezes it.
 * Throws TW_CONFIG_INVALID that names each wrong option and what it takes, never its value:
 * a value may be a secret.
 */
export function loadConfig({ file, env = {}, flags = {} }: ConfigSources = {}): Config {
  const origins = new Map<string, string>();
  const path = file ?? env.TONEWIRE_CONFIG;
  const tree = path === undefined ? {} : readTree(path);
  for (const [option, text] of variables(env)) {
    place(tree, option, parseOptionText(text, option.node));
    origins.set(option.path, option.variable);
  }
  for (const [name, value] of Object.entries(flags)) {
    if (value === undefined) continue;
    const option = byPath.get(name);
    if (!option) throw invalid([`${name} is not an option`]);
    place(tree, option, typeof value === 'string' ? parseOptionText(value, option.node) : value);
    origins.set(name, 'a flag');
  }
  return check(tree, origins);
}

function check(tree: Tree, origins: ReadonlyMap<string, string>): Config {
  if (!validate(tree)) {
    throw invalid((validate.errors ?? []).map((error) => complaint(error, origins)));
  }
  const { $schema: _, ...config } = tree as Tree & Config;
  const errors = combinationErrors(config);
  if (errors.length > 0) throw invalid(errors);
  return deepFreeze(config);
}

function readTree(path: string): Tree {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? 'is not valid JSON' : 'cannot be read';
    throw new TonewireError('TW_CONFIG_INVALID', `The configuration file ${path} ${reason}.`, {
      cause: toTonewireError(cause, 'TW_CONFIG_INVALID'),
    });
  }
  if (!isTree(parsed)) throw invalid([`${path} must hold a JSON object`]);
  return parsed;
}

function variables(env: Readonly<Record<string, string | undefined>>): [Option, string][] {
  const found: [Option, string][] = [];
  for (const [name, text] of Object.entries(env)) {
    if (text === undefined || !name.startsWith('TONEWIRE_')) continue;
    if (OTHER_VARIABLES.includes(name)) continue;
    const option = byVariable.get(name);
    if (!option) throw invalid([`${name} is an environment variable that names no option`]);
    found.push([option, text]);
  }
  // A section's variable goes in before those of its members, which are stronger.
  return found.sort(([one], [other]) => depth(one) - depth(other));
}

const depth = (option: Option) => option.path.split('.').length;

/** Puts a value at its path; sections merge key by key, everything else is replaced. */
function place(tree: Tree, option: Option, value: unknown): void {
  const keys = option.path.split('.');
  const last = keys.pop() as string;
  let section = tree;
  for (const key of keys) {
    const next = section[key] ?? {};
    // The file holds something else where a section belongs: leave it for the check to name.
    if (!isTree(next)) return;
    section[key] = next;
    section = next;
  }
  const present = section[last];
  section[last] = isTree(present) && isTree(value) ? merged(present, value) : clone(value);
}

function merged(weak: Tree, strong: Tree): Tree {
  const result = new Map(Object.entries(weak));
  for (const [key, value] of Object.entries(strong)) {
    const present = result.get(key);
    result.set(key, isTree(present) && isTree(value) ? merged(present, value) : clone(value));
  }
  return Object.fromEntries(result);
}

/** Filling in defaults and freezing must not reach into what the caller handed over. */
function clone(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function complaint(error: ErrorObject, origins: ReadonlyMap<string, string>): string {
  const path = optionPath(error.instancePath);
  const schema = error.parentSchema as SchemaNode;
  if (error.keyword === 'additionalProperties') {
    const known = Object.keys(schema.properties ?? {}).filter((key) => !key.startsWith('$'));
    const name = dotted(path, String(error.params.additionalProperty));
    return `${name} is not an option; ${path || 'the configuration'} takes ${known.join(', ')}`;
  }
  if (error.keyword === 'required') {
    const missing = String(error.params.missingProperty);
    return `${dotted(path, missing)} is missing; it takes ${takes(schema.properties?.[missing] ?? {})}`;
  }
  const origin = origins.get(path.replace(/\[.*$/, ''));
  const from = origin ? ` (from ${origin})` : '';
  if (error.keyword === 'uniqueItems') return `${path}${from} must not repeat an entry`;
  return `${path || 'the configuration'}${from} must be ${takes(schema)}`;
}

const dotted = (path: string, key: string) => (path ? `${path}.${key}` : key);

/** `/adapters/webhooks/0/url` → `adapters.webhooks[0].url`. */
function optionPath(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, key) => (/^\d+$/.test(key) ? `${path}[${key}]` : dotted(path, key)), '');
}

function invalid(errors: readonly string[]): TonewireError {
  return new TonewireError('TW_CONFIG_INVALID', `Configuration: ${errors.join('; ')}.`);
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}
