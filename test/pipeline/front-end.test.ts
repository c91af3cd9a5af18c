import assert from 'node:assert/strict';
import fc from 'fast-check';
import { encodeAudio } from '../../src/audio/encode.ts';
import { FEATURE_COUNT } from '../../src/pipeline/features/layout.ts';
import { FrontEnd, PRE_ROLL_FRAMES } from '../../src/pipeline/front-end.ts';
import { ENCODINGS } from '../../src/protocol/messages.ts';
import { chunks, concat, noise, silence, vowel } from '../helpers/signals.ts';

function talk(sampleRateHz: number): Float32Array {
  const voice = vowel(140, sampleRateHz, 0.8, { syllablesHz: 4 });
  const hiss = noise(Math.round(0.4 * sampleRateHz), 0.002);
  return concat(hiss, voice, silence(sampleRateHz, 0.5), voice, hiss);
}

/** All that the front end says, as one list of numbers. */
function listen(bytes: Iterable<Uint8Array>, format: ConstructorParameters<typeof FrontEnd>[0]) {
  const said: number[] = [];
  const frontEnd = new FrontEnd(format, (frame) => {
    said.push(frame.endSamples, frame.speaking ? 1 : 0, frame.pitchHz, frame.intensityDb);
    said.push(...frame.speechFrames.subarray(0, frame.speechFrameCount * FEATURE_COUNT));
  });
  for (const chunk of bytes) frontEnd.push(chunk);
  return said;
}

describe('front end', () => {
  it('says the same of a stream in any chunking as of the whole file at once', () => {
    let compared = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...ENCODINGS),
        fc.constantFrom(8000, 16000, 44100),
        fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 10 }),
        (encoding, sampleRateHz, sizes) => {
          const bytes = encodeAudio(talk(sampleRateHz), encoding);
          const whole = listen([bytes], { encoding, sampleRateHz });
          const streamed = listen(chunks(bytes, sizes), { encoding, sampleRateHz });
          assert.deepEqual(streamed, whole);
          compared += whole.length;
        },
      ),
      { numRuns: 25 },
    );
    assert.ok(compared > 25_000, `${compared} values compared`);
  });

  it('says the same of each leg when many are heard in turn, for they share scratch memory', () => {
    const legs = ENCODINGS.flatMap((encoding) =>
      [8000, 16000, 44100].map((sampleRateHz) => {
        const format = { encoding, sampleRateHz };
        const said: number[] = [];
        const frontEnd = new FrontEnd(format, (frame) => {
          said.push(frame.endSamples, frame.speaking ? 1 : 0, frame.pitchHz, frame.intensityDb);
          said.push(...frame.speechFrames.subarray(0, frame.speechFrameCount * FEATURE_COUNT));
        });
        const bytes = encodeAudio(talk(sampleRateHz), encoding);
        return { format, said, frontEnd, bytes, parts: [...chunks(bytes, [700])] };
      }),
    );
    const rounds = Math.max(...legs.map(({ parts }) => parts.length));
    for (let i = 0; i < rounds; i++) {
      for (const { frontEnd, parts } of legs) if (parts[i]) frontEnd.push(parts[i]!);
    }
    for (const { format, said, bytes } of legs) {
      assert.ok(said.length > 1000);
      assert.deepEqual(said, listen([bytes], format));
    }
  });

  it('gives the frames from just before the gate opened, so that no onset is lost', () => {
    const counts: number[] = [];
    const frontEnd = new FrontEnd({ encoding: 'pcm_s16le', sampleRateHz: 16000 }, (frame) =>
      counts.push(frame.speechFrameCount),
    );
    frontEnd.push(encodeAudio(talk(16000), 'pcm_s16le'));
    const openings = counts.filter((count, i) => count > 0 && (counts[i - 1] ?? 0) === 0);
    assert.deepEqual(openings, [PRE_ROLL_FRAMES + 1, PRE_ROLL_FRAMES + 1]);
    assert.ok(counts.every((count) => count <= PRE_ROLL_FRAMES + 1));
  });

  it('starts afresh at a reset, while its clock goes on', () => {
    const ends: number[] = [];
    const format = { encoding: 'pcm_s16le', sampleRateHz: 16000 } as const;
    const bytes = encodeAudio(talk(16000), 'pcm_s16le');
    const once = listen([bytes], format);
    const frontEnd = new FrontEnd(format, (frame) => ends.push(frame.endSamples));
    frontEnd.push(bytes);
    const first = ends.splice(0);
    frontEnd.reset();
    frontEnd.push(bytes);
    assert.equal(ends.length, first.length);
    assert.equal(ends[0], first[0]! + bytes.length / 2);
    const again: number[] = [];
    const reused = new FrontEnd(format, (frame) => again.push(frame.intensityDb, frame.pitchHz));
    reused.push(bytes);
    const fresh = again.splice(0);
    reused.reset();
    reused.push(bytes);
    assert.deepEqual(again, fresh);
    assert.ok(once.length > 0);
  });

  it('keeps time by what came in', () => {
    const frontEnd = new FrontEnd({ encoding: 'mulaw', sampleRateHz: 8000 }, () => undefined);
    for (let i = 0; i < 50; i++) frontEnd.push(new Uint8Array(160).fill(0xff));
    assert.equal(frontEnd.positionSamples, 16000);
    frontEnd.pushSilence(8000);
    assert.equal(frontEnd.positionSamples, 32000);
    frontEnd.skip(16000);
    assert.equal(frontEnd.positionSamples, 48000);
  });
});
