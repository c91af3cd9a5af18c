import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mixDown, readAudioFile } from '../../src/audio/audio-file.ts';
import { TonewireError } from '../../src/protocol/errors.ts';
import { recordings } from '../helpers/recordings.ts';
import { wav } from '../helpers/wav.ts';

const SAMPLE_CALL = 'media/sample-call/sample-call.wav';
const RAVDESS_CLIP = 'ravdess/03-01-01-01-01-01-01.flac';
const NEMO_CLIP = 'nemo/EB0_anger_1.opus';

function refusal(path: string, reason: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof TonewireError);
    assert.equal(error.code, 'TW_AUDIO_FILE');
    assert.ok(error.message.includes(path), 'the path is named');
    assert.match(error.message, reason);
    return true;
  };
}

describe('readAudioFile', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'audio-file-'));
  });
  after(() => rm(folder, { recursive: true }));

  const stored = async (name: string, bytes: Uint8Array) => {
    const path = join(folder, name);
    await writeFile(path, bytes);
    return path;
  };

  it('gives back the samples of a 16-bit WAV to within a step and a half', async () => {
    const samples = Float32Array.from({ length: 800 }, (_, i) => 0.9 * Math.sin(i / 7));
    const file = await readAudioFile(await stored('sine.wav', wav(samples, 22050)));
    assert.equal(file.sampleRateHz, 22050);
    assert.equal(file.channels.length, 1);
    assert.equal(file.channels[0]!.length, 800);
    const worst = samples.reduce(
      (most, sample, i) => Math.max(most, Math.abs(sample - file.channels[0]![i]!)),
      0,
    );
    // Half a step of rounding, and one because the decoder scales positive values by 32767.
    assert.ok(worst < 1.5 / 32768, `worst deviation ${worst}`);
  });

  it('reads the two mu-law channels of the sample call', async () => {
    const file = await readAudioFile(SAMPLE_CALL);
    assert.equal(file.sampleRateHz, 8000);
    assert.equal(file.channels.length, 2);
    assert.ok(file.channels[0]!.length > 40 * 8000);
    assert.ok(file.channels[0]!.length < 62 * 8000);
  });

  it('reads FLAC at the rate of the recording', async function () {
    const file = await readAudioFile(recordings(this, RAVDESS_CLIP));
    assert.equal(file.sampleRateHz, 16000);
    assert.equal(file.channels[0]!.length, 52853);
  });

  it('reads Ogg Opus at 48 kHz', async function () {
    const file = await readAudioFile(recordings(this, NEMO_CLIP));
    assert.equal(file.sampleRateHz, 48000);
    assert.ok(file.channels[0]!.length > 48000);
  });

  it('refuses a file that is not there', async () => {
    await assert.rejects(readAudioFile('no/such.wav'), refusal('no/such.wav', /cannot be read/));
  });

  it('refuses bytes that are not audio, and an empty file', async () => {
    const text = await stored('text.wav', Buffer.from('hello, this is not audio at all'));
    await assert.rejects(readAudioFile(text), refusal(text, /decoded/));
    const empty = await stored('empty.wav', Buffer.alloc(0));
    await assert.rejects(readAudioFile(empty), refusal(empty, /decoded/));
  });

  it('refuses a WAV that is shorter than its header says', async () => {
    const cutWav = await stored('cut.wav', wav(new Float32Array(100), 8000, 400));
    await assert.rejects(readAudioFile(cutWav), refusal(cutWav, /says 200 .* 100 are there/));
  });

  it('refuses a FLAC that is shorter than its header says', async function () {
    const whole = await readFile(recordings(this, RAVDESS_CLIP));
    const cutFlac = await stored('cut.flac', whole.subarray(0, 20000));
    await assert.rejects(readAudioFile(cutFlac), refusal(cutFlac, /cut off/));
  });

  it('takes a WAV whose recorder did not know the length', async () => {
    const path = await stored('pipe.wav', wav(new Float32Array(100), 8000, 0xffffffff));
    const file = await readAudioFile(path);
    assert.equal(file.channels[0]!.length, 100);
  });
});

describe('mixDown', () => {
  it('averages the channels', () => {
    const channels = [Float32Array.of(1, 0, -0.5), Float32Array.of(0, 0.5, -0.5)];
    assert.deepEqual([...mixDown({ channels, sampleRateHz: 8000 })], [0.5, 0.25, -0.5]);
  });

  it('returns a mono recording as it is', () => {
    const only = Float32Array.of(0.25);
    assert.equal(mixDown({ channels: [only], sampleRateHz: 8000 }), only);
  });
});
