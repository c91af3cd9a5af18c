import type { AnyEvent } from './events.ts';

const texts = new WeakMap<AnyEvent, string>();

/** An event as JSON: made once, however many it is sent to. Events never change. */
export function eventJson(event: AnyEvent): string {
  const known = texts.get(event);
  if (known !== undefined) return known;
  const text = JSON.stringify(event);
  texts.set(event, text);
  return text;
}

/** Reads what `eventJson` wrote, in this process or another, and remembers the text. */
export function eventOfJson(text: string): AnyEvent {
  const event: AnyEvent = JSON.parse(text);
  texts.set(event, text);
  return event;
}
