import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import type { AnyEvent } from '../../protocol/events.ts';
import {
  fillIn,
  PLACEHOLDER,
  PLACEHOLDERS,
  type Placeholder,
  percentEncoded,
} from '../event-placeholders.ts';

/** What a placeholder can become in a path. */
const PATTERNS: Readonly<Record<Placeholder, string>> = {
  date: '\\d{4}-\\d{2}-\\d{2}',
  hour: '\\d{2}',
  callId: '[A-Za-z0-9_%-]+',
  leg: '[a-z]+',
  type: '[a-z]+%2E[a-z]+',
};

/** File systems take 255 bytes a name; rotation adds a few, and a name may have several parts. */
const MAX_PART_LENGTH = 100;
const KEPT_LENGTH = 80;
const DIGEST_LENGTH = 16;

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

  /** A relative `template` starts in the working directory. */
  constructor(template: string) {
    this.#template = resolve(template);
    this.namesCalls = template.includes('{callId}');
    this.root = dirname(this.#template.replace(/\{.*$/s, '{'));
    this.nested = dirname(this.#template) !== this.root;
    // Split by a pattern with one group, every second part is that group: a placeholder's name.
    const parts = this.#template
      .split(PLACEHOLDER)
      .map((part, index) => (index % 2 === 0 ? escaped(part) : PATTERNS[part as Placeholder]));
    this.#pattern = new RegExp(`^${parts.join('')}(\\.\\d+)?$`);
  }

  /** Whatever the event holds, the file lies in a folder that the template names. */
  pathOf(event: AnyEvent): string {
    return fillIn(this.#template, (name) => harmless(PLACEHOLDERS[name](event)));
  }

  /** Whether a file may have been written by this template: its name, or one set aside from it. */
  owns(path: string): boolean {
    return this.#pattern.test(path);
  }
}

/** Letters, digits, `_` and `-` as they are, the rest percent-encoded; a long one ends in a digest. */
function harmless(text: string): string {
  const encoded = percentEncoded(text, /[A-Za-z0-9_-]/);
  if (encoded.length <= MAX_PART_LENGTH) return encoded;
  const digest = createHash('sha256').update(text).digest('hex').slice(0, DIGEST_LENGTH);
  return `${encoded.slice(0, KEPT_LENGTH)}-${digest}`;
}

function escaped(literal: string): string {
  return literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
