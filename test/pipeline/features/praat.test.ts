import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { readAudioFile } from '../../../src/audio/audio-file.ts';
import { encodeAudio } from '../../../src/audio/encode.ts';
import { FrontEnd } from '../../../src/pipeline/front-end.ts';

const FIXTURE = new URL('../../fixtures/praat-pitch.json', import.meta.url);
const SAMPLE_CALL = new URL('../../../media/sample-call/sample-call.wav', import.meta.url);

describe('pitch beside Praat', () => {
  it('agrees within 3 % on 95 % of the frames that both hear as voiced', async () => {
    const expected: number[] = JSON.parse(await readFile(FIXTURE, 'utf8')).pitchHz;
    const { channels } = await readAudioFile(SAMPLE_CALL.pathname);
    const heard: number[] = [];
    const format = { encoding: 'mulaw', sampleRateHz: 8000 } as const;
    const frontEnd = new FrontEnd(format, ({ pitchHz }) => heard.push(pitchHz));
    frontEnd.push(encodeAudio(channels[0]!.subarray(0, 20 * 8000), 'mulaw'));
    const pairs = expected.map((hz, frame) => [hz, heard[frame] ?? 0] as const);
    const voiced = pairs.filter(([theirs, ours]) => theirs > 0 && ours > 0);
    const close = voiced.filter(([theirs, ours]) => Math.abs(ours / theirs - 1) < 0.03);
    const agreed = pairs.filter(([theirs, ours]) => theirs > 0 === ours > 0);
    assert.ok(voiced.length > 150, `${voiced.length} frames compared`);
    assert.ok(close.length >= 0.95 * voiced.length, `${close.length} of ${voiced.length}`);
    assert.ok(agreed.length >= 0.9 * pairs.length, `voicing: ${agreed.length} of ${pairs.length}`);
  });
});
