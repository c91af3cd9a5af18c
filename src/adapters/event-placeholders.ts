import type { AnyEvent } from '../protocol/events.ts';

/** What may stand in braces in a path or topic, and what of an event it stands for. */
export const PLACEHOLDERS = {
  /** In UTC. */
  date: ({ time }: AnyEvent) => time.slice(0, 10),
  hour: ({ time }: AnyEvent) => time.slice(11, 13),
  callId: ({ data }: AnyEvent) => data.callId,
  leg: ({ data }: AnyEvent) => ('leg' in data ? data.leg : 'call'),
  type: ({ type }: AnyEvent) => type as string,
} as const;

export type Placeholder = keyof typeof PLACEHOLDERS;

/** Finds them in a template, known ones only; the name is the first group. */
export const PLACEHOLDER = new RegExp(`\\{(${Object.keys(PLACEHOLDERS).join('|')})\\}`, 'g');

/** Replaces every placeholder by what `read` makes of it. */
export function fillIn(template: string, read: (placeholder: Placeholder) => string): string {
  return template.replace(PLACEHOLDER, (_, name: Placeholder) => read(name));
}

/** As in a URL, byte by byte of UTF-8: all but `kept`, one character a match, becomes %XX. */
export function percentEncoded(text: string, kept: RegExp): string {
  return [...Buffer.from(text, 'utf8')]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return byte < 0x80 && kept.test(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}
