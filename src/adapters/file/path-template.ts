import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import type { AnyEvent } from '../../protocol/events.ts';

interface Placeholder {
  read(event: AnyEvent): string;
  /** What it can become in a path. */
  readonly pattern: string;
}

const PLACEHOLDERS: Readonly<Record<string, Placeholder>> = {
  date: { read: ({ time }) => time.slice(0, 10), pattern: '\\d{4}-\\d{2}-\\d{2}' },
  hour: { read: ({ time }) => time.slice(11, 13), pattern: '\\d{2}' },
  callId: { read: ({ data }) => data.callId, pattern: '[A-Za-z0-9_%-]+' },
  leg: { read: ({ data }) => ('leg' in data ? data.leg : 'call'), pattern: '[a-z]+' },
  type: { read: ({ type }) => type, pattern: '[a-z]+%2E[a-z]+' },
};

/** File systems take 255 bytes a name; rotation adds a few, and a name may have several parts. */
const MAX_PART_LENGTH = 100;
const KEPT_LENGTH = 80;
const DIGEST_LENGTH = 16;

const PLACEHOLDER = /\{([^{}]*)\}/g;

/** Says which file an event belongs to, and which files belong to the template. */
export class PathTemplate {
  /** The folder that holds every file of the template, at some depth. */
  readonly root: string;
  /** Whether files lie in folders below `root` too. */
  readonly nested: boolean;
  /** Whether each call has files of its own. */
  readonly namesCalls: boolean;
  readonly #template: string;
  readonly #pattern: RegExp;

  /** `template` holds known placeholders only; a relative one starts in the working directory. */
  constructor(template: string) {
    this.#template = resolve(template);
    this.namesCalls = template.includes('{callId}');
    this.root = dirname(this.#template.replace(/\{.*$/s, '{'));
    this.nested = dirname(this.#template) !== this.root;
    const parts = this.#template
      .split(PLACEHOLDER)
      .map((part, index) => (index % 2 === 0 ? escaped(part) : PLACEHOLDERS[part]?.pattern));
    this.#pattern = new RegExp(`^${parts.join('')}(\\.\\d+)?$`);
  }

  /** Whatever the event holds, the file lies in a folder that the template names. */
  pathOf(event: AnyEvent): string {
    return this.#template.replace(PLACEHOLDER, (_, name) =>
      harmless(PLACEHOLDERS[name]?.read(event) ?? ''),
    );
  }

  /** Whether a file may have been written by this template: its name, or one set aside from it. */
  owns(path: string): boolean {
    return this.#pattern.test(path);
  }
}

/** Letters, digits, `_` and `-` as they are, the rest percent-encoded; a long one ends in a digest. */
function harmless(text: string): string {
  const encoded = Buffer.from(text, 'utf8')
    .toString('latin1')
    .replace(
      /[^A-Za-z0-9_-]/g,
      (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    );
  if (encoded.length <= MAX_PART_LENGTH) return encoded === '' ? '_' : encoded;
  const digest = createHash('sha256').update(text).digest('hex').slice(0, DIGEST_LENGTH);
  return `${encoded.slice(0, KEPT_LENGTH)}-${digest}`;
}

function escaped(literal: string): string {
  return literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
