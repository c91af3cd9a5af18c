import assert from 'node:assert/strict';
import { encodeAudio } from '../../src/audio/encode.ts';
import { FrontEnd } from '../../src/pipeline/front-end.ts';
import { concat, noise, silence, vowel } from '../helpers/signals.ts';

const FORMAT = { encoding: 'pcm_s16le', sampleRateHz: 16000 } as const;

function speakingFrames(samples: Float32Array): boolean[] {
  const speaking: boolean[] = [];
  const frontEnd = new FrontEnd(FORMAT, (frame) => speaking.push(frame.speaking));
  frontEnd.push(encodeAudio(samples, FORMAT.encoding));
  return speaking;
}

const share = (flags: readonly boolean[]) => flags.filter(Boolean).length / flags.length;

describe('speech gate', () => {
  it('opens within 0.2 s of a voice and closes within 0.4 s of its end', () => {
    const speech = vowel(150, 16000, 2, { syllablesHz: 4 });
    const flags = speakingFrames(concat(silence(16000, 1), speech, silence(16000, 2)));
    const opened = flags.indexOf(true) * 0.032;
    const closed = flags.lastIndexOf(true) * 0.032;
    assert.ok(opened > 0.9 && opened < 1.2, `opened at ${opened} s`);
    assert.ok(closed > 2.8 && closed < 3.4, `closed at ${closed} s`);
  });

  it('stays shut in digital silence and in steady noise of any level', () => {
    assert.equal(share(speakingFrames(silence(16000, 3))), 0);
    for (const amplitude of [0.001, 0.01, 0.1, 0.5]) {
      assert.equal(share(speakingFrames(noise(48000, amplitude))), 0, `amplitude ${amplitude}`);
    }
  });

  it('hears a voice that is there from the first sample', () => {
    const flags = speakingFrames(vowel(200, 16000, 3, { syllablesHz: 4 }));
    assert.ok(share(flags) > 0.9, `${share(flags)}`);
  });

  it('hears a quiet voice, 45 dB below full scale', () => {
    const quiet = vowel(120, 16000, 2, { amplitude: 0.02, syllablesHz: 4 });
    assert.ok(share(speakingFrames(quiet)) > 0.8);
  });

  it('hears a voice 12 dB above noise', () => {
    const voice = vowel(150, 16000, 3, { syllablesHz: 4 });
    const rms = Math.sqrt(voice.reduce((sum, x) => sum + x * x, 0) / voice.length);
    const hiss = noise(voice.length, rms * Math.sqrt(3) * 10 ** (-12 / 20));
    const mixed = concat(
      noise(16000, rms * Math.sqrt(3) * 10 ** (-12 / 20), 3),
      voice.map((x, i) => x + hiss[i]!),
    );
    const flags = speakingFrames(mixed);
    assert.ok(share(flags.slice(35)) > 0.8, `${share(flags.slice(35))}`);
  });
});
