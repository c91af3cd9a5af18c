import type { Config } from '../config/schema.ts';
import type { Suggestion } from '../protocol/desk.ts';
import type { AnyEvent, TonewireEvent } from '../protocol/events.ts';

export type SuggestionRule = Config['desk']['suggestions'][number];

/**
 * What the events of one call suggest to the agent: the words of an alert's own rule, and those of
 * `desk.suggestions` once a leg's label is theirs. A rule that fired is silent for its cool-down.
 */
export class Suggester {
  readonly #rules: readonly SuggestionRule[];
  readonly #quietUntilMs: Float64Array;

  constructor(rules: readonly SuggestionRule[]) {
    this.#rules = rules;
    this.#quietUntilMs = new Float64Array(rules.length);
  }

  hear(event: AnyEvent): readonly Suggestion[] {
    if (event.type === 'alert.raised') return ofAlert(event);
    if (event.type === 'emotion.changed') return this.#ofLabel(event);
    return NONE;
  }

  #ofLabel(event: TonewireEvent<'emotion.changed'>): Suggestion[] {
    const { leg, atMs, to } = event.data;
    const suggestions: Suggestion[] = [];
    for (const [index, rule] of this.#rules.entries()) {
      if (rule.leg !== leg || rule.label !== to || atMs < this.#quietUntilMs[index]!) continue;
      this.#quietUntilMs[index] = atMs + rule.cooldownMs;
      suggestions.push(suggestionOf(event, rule.name, rule));
    }
    return suggestions;
  }
}

const NONE: readonly Suggestion[] = [];

function ofAlert(event: TonewireEvent<'alert.raised'>): readonly Suggestion[] {
  const { suggestion: text, action, rule } = event.data;
  return text === undefined ? NONE : [suggestionOf(event, rule, { text, action })];
}

function suggestionOf(
  { id, time, data }: TonewireEvent<'alert.raised' | 'emotion.changed'>,
  rule: string,
  { text, action }: { readonly text: string; readonly action?: string | undefined },
): Suggestion {
  const { leg, atMs } = data;
  const suggestionId = `${id}-${rule}`;
  return { suggestionId, leg, atMs, at: time, rule, text, ...(action !== undefined && { action }) };
}
