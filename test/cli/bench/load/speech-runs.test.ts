import assert from 'node:assert/strict';
import { firstSpeech, speakingChunks } from '../../../../src/cli/bench/load/speech-runs.ts';
import { twilioPayloads } from '../../../../src/cli/callers/twilio-caller.ts';
import { vowel } from '../../../helpers/signals.ts';

const at = (text: string) => [...text].map((mark) => mark === 's');

describe('speech runs', () => {
  it('finds the first speech from any place on, around the end, where it lasts', () => {
    const speaking = at('..sss.ss');
    assert.equal(firstSpeech(speaking, 0, 3), 2);
    assert.equal(firstSpeech(speaking, 3, 2), 0);
    assert.equal(firstSpeech(speaking, 5, 2), 1);
    assert.equal(firstSpeech(speaking, 5, 3), undefined);
    assert.equal(firstSpeech(at('....'), 1, 1), undefined);
  });

  it('marks the chunks in which the speech gate is open', () => {
    const silence = new Float32Array(8000);
    const spoken = vowel(160, 8000, 1, { syllablesHz: 4 });
    const samples = new Float32Array(24_000);
    samples.set(silence, 0);
    samples.set(spoken, 8000);
    const speaking = speakingChunks(twilioPayloads(samples));
    assert.equal(speaking.length, 150);
    assert.ok(speaking.slice(0, 45).every((yes) => !yes));
    assert.ok(speaking.slice(60, 95).every((yes) => yes));
    assert.equal(speaking.at(-1), false);
  });
});
