import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { cueOf } from '../../src/pipeline/sentiment.ts';

type Mood = 'positive' | 'negative' | 'neutral';
const lines: {
  readonly made: readonly { readonly mood: Mood; readonly text: string }[];
  readonly corpora: readonly string[];
} = JSON.parse(readFileSync(new URL('../fixtures/spoken-lines.json', import.meta.url), 'utf8'));

const cue = (text: string, more = {}) =>
  cueOf({ type: 'transcript', leg: 'customer', text, ...more }, 'en');

function moodOf(text: string): Mood {
  const { valence } = cue(text);
  if (valence === 0) return 'neutral';
  return valence > 0 ? 'positive' : 'negative';
}

describe('the words of a line', () => {
  it('tell the mood of 80 of 90 lines made up for a help desk', () => {
    const right = lines.made.filter(({ mood, text }) => moodOf(text) === mood);
    assert.deepEqual([right.length, lines.made.length], [80, 90]);
    const opposite = lines.made.filter(
      ({ mood, text }) => mood !== 'neutral' && moodOf(text) !== mood && moodOf(text) !== 'neutral',
    );
    assert.equal(opposite.length, 4);
  });

  it('say nothing, or little, of the sentences that actors speak in every emotion', () => {
    const scored = lines.corpora.filter((text) => cue(text).valence !== 0);
    assert.deepEqual(scored, [
      "Don't forget a jacket.",
      'The surface is slick.',
      "We'll stop in a couple of minutes.",
    ]);
    for (const text of scored) assert.ok(Math.abs(cue(text).valence) < 0.47);
  });

  it('are turned round by "not", and weigh more the stronger and the more they are', () => {
    assert.ok(cue('That is not good.').valence < 0);
    assert.ok(cue('That is superb.').valence > cue('That is good.').valence);
    assert.ok(cue('Good, good, good.').valence > cue('Good.').valence);
  });

  it('are believed less when they disagree, when they are a guess, and when the recogniser doubts', () => {
    const { confidence } = cue('Great service.');
    assert.equal(confidence, 1);
    assert.ok(cue('Great service, terrible line.').confidence < 0.5);
    assert.equal(cue('Great service.', { final: false }).confidence, 0.5);
    assert.equal(cue('Great service.', { confidence: 0.6 }).confidence, 0.6);
  });

  it('have no score in another language, whether the line or the configuration names it', () => {
    const none = { final: true, kind: 'other_language', valence: 0, confidence: 0 };
    assert.deepEqual(cue('Das war nicht gut, a great shame.', { language: 'de-DE' }), none);
    const line = { type: 'transcript', leg: 'customer', text: 'Good.' } as const;
    assert.deepEqual(cueOf(line, 'pl'), none);
    assert.equal(cueOf({ ...line, language: 'EN-gb' }, 'pl').kind, 'scored');
  });

  it('give a valence and a confidence within bounds for any text at all', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 1000, unit: 'binary' }), (text) => {
        const { valence, confidence } = cue(text);
        assert.ok(Math.abs(valence) < 1 && confidence >= 0 && confidence <= 1);
      }),
    );
    assert.equal(cue('constructor __proto__ hasOwnProperty toString').kind, 'no_known_words');
  });
});
