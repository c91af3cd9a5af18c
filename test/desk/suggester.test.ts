import assert from 'node:assert/strict';
import { loadConfig } from '../../src/config/load-config.ts';
import { Suggester } from '../../src/desk/suggester.ts';
import { SuggestionSchema } from '../../src/protocol/dashboard.ts';
import type { AnyEvent } from '../../src/protocol/events.ts';
import { assertMatches } from '../helpers/assert-desk.ts';
import { sampleEvent } from '../helpers/sample-events.ts';

function suggester(...rules: readonly object[]): Suggester {
  const suggestions = rules.map((rule, index) => ({ name: `r${index}`, text: 'x', ...rule }));
  return new Suggester(loadConfig({ flags: { 'desk.suggestions': suggestions } }).desk.suggestions);
}

/** The names of the rules that fire, and where. */
function heard(one: Suggester, event: AnyEvent): [string, number][] {
  return one.hear(event).map((suggestion) => {
    assertMatches(SuggestionSchema, suggestion);
    return [suggestion.rule, suggestion.atMs];
  });
}

describe('suggestions', () => {
  it('are what the rule of an alert says, with its next best action', () => {
    const data = { suggestion: 'Offer a call back.', action: 'call-back' };
    const [suggestion] = suggester().hear(sampleEvent('alert.raised', 0, data));
    assertMatches(SuggestionSchema, suggestion);
    assert.deepEqual(
      [suggestion?.rule, suggestion?.text, suggestion?.action],
      ['angry-customer', 'Offer a call back.', 'call-back'],
    );
    assert.deepEqual(heard(suggester(), sampleEvent('alert.raised')), []);
  });

  it('follow a stable label on the leg they watch', () => {
    const one = suggester({ label: 'anger' }, { label: 'anger', leg: 'agent' });
    assert.deepEqual(heard(one, sampleEvent('emotion.changed')), [['r0', 1500]]);
    assert.deepEqual(heard(one, sampleEvent('emotion.changed', 1, { to: 'calm' })), []);
  });

  it('are silent for the cool-down after they fired', () => {
    const one = suggester({ label: 'anger', cooldownMs: 1000 });
    const at = (atMs: number) => sampleEvent('emotion.changed', 0, { to: 'anger', atMs });
    assert.equal(heard(one, at(1000)).length, 1);
    assert.equal(heard(one, at(1999)).length, 0);
    assert.equal(heard(one, at(2000)).length, 1);
  });
});
