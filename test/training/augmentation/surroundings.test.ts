import assert from 'node:assert/strict';
import { activeLevel } from '../../../src/training/augmentation/level.ts';
import { addNoise, loadNoises } from '../../../src/training/augmentation/noise.ts';
import {
  loadResponse,
  RESPONSE_SAMPLES,
  reverberate,
  syntheticResponse,
} from '../../../src/training/augmentation/room.ts';
import { telephone, telephoneBytes } from '../../../src/training/augmentation/telephone.ts';
import { createRandom } from '../../../src/training/random.ts';
import { recordings } from '../../helpers/recordings.ts';

function sine(frequencyHz: number, length: number, amplitude = 1): Float32Array {
  return Float32Array.from(
    { length },
    (_, i) => amplitude * Math.sin((2 * Math.PI * frequencyHz * i) / 16000),
  );
}

function white(length: number, seed: number): Float32Array {
  const random = createRandom(seed);
  return Float32Array.from({ length }, () => random.normal(0, 0.1));
}

function rms(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length);
}

describe('activeLevel', () => {
  it('measures the speech and not the silence around it', () => {
    const samples = new Float32Array(32000);
    samples.set(sine(200, 8000, 0.5), 12800);
    assert.ok(Math.abs(activeLevel(samples) - 0.5 * Math.SQRT1_2) < 1e-3);
  });

  it('is zero for silence and for nothing', () => {
    assert.equal(activeLevel(new Float32Array(1000)), 0);
    assert.equal(activeLevel(new Float32Array(0)), 0);
  });
});

describe('addNoise', () => {
  for (const snrDb of [0, 10, 20]) {
    it(`mixes at ${snrDb} dB over the active speech`, () => {
      const speech = new Float32Array(48000);
      speech.set(sine(200, 16000, 0.3), 16000);
      const mixed = addNoise(speech, white(30000, 1), snrDb, createRandom(2));
      const added = mixed.map((sample, i) => sample - speech[i]!);
      const measuredDb = 20 * Math.log10(activeLevel(speech) / rms(added));
      assert.ok(Math.abs(measuredDb - snrDb) < 0.3, `measured ${measuredDb} dB`);
    });
  }

  it('repeats noise that is shorter than the speech', () => {
    const mixed = addNoise(sine(200, 5000), white(1000, 3), 0, createRandom(1));
    const tail = mixed.subarray(4000).map((sample, i) => sample - sine(200, 5000)[4000 + i]!);
    assert.ok(rms(tail) > 0.5);
  });

  it('leaves silence silent and speech alone when the noise is silent', () => {
    const speech = sine(200, 1000);
    assert.deepEqual(addNoise(speech, new Float32Array(500), 10, createRandom(1)), speech);
    const silence = new Float32Array(1000);
    assert.deepEqual(addNoise(silence, white(500, 1), 10, createRandom(1)), silence);
  });

  it('loads noises from a folder at 16 kHz, and no room response among them', async function () {
    const noises = await loadNoises(recordings(this, 'noise/rain'), 'training');
    assert.ok(noises.length > 10);
    for (const noise of noises) assert.ok(noise.length > 3 * 16000 && noise.length < 8 * 16000);
    await assert.rejects(
      loadNoises(recordings(this, 'noise/rir'), 'training'),
      /holds no noise recording/,
    );
  });
});

describe('reverberate', () => {
  it('equals convolution done one product at a time', () => {
    const samples = white(20000, 4);
    const response = syntheticResponse(0.4, 3, createRandom(5));
    const output = reverberate(samples, response);
    const direct = (at: number) => {
      let sum = 0;
      for (let k = 0; k <= Math.min(at, response.length - 1); k++) {
        sum += samples[at - k]! * response[k]!;
      }
      return sum;
    };
    const scale = output[0]! / direct(0);
    for (const at of [1, 31, 32, 4799, 4800, 11584, 11585, 11586, 16384, 19999]) {
      assert.ok(Math.abs(output[at]! - scale * direct(at)) < 1e-4, `sample ${at}`);
    }
  });

  it('keeps length and active level', () => {
    const samples = sine(300, 30000, 0.3);
    const output = reverberate(samples, syntheticResponse(0.3, 0, createRandom(6)));
    assert.equal(output.length, samples.length);
    assert.ok(Math.abs(activeLevel(output) / activeLevel(samples) - 1) < 1e-3);
  });

  it('makes rooms with the direct-to-reverberant ratio and the decay asked for', () => {
    const response = syntheticResponse(0.25, 6, createRandom(7));
    const energy = (from: number, to: number) =>
      rms(response.subarray(from, to)) ** 2 * (to - from);
    assert.equal(response[0], 1);
    assert.equal(response.length, RESPONSE_SAMPLES);
    assert.ok(Math.abs(10 * Math.log10(1 / energy(1, 4800)) - 6) < 0.01);
    // 60 dB in 0.25 s is 24 dB in 0.1 s.
    const fallDb = 10 * Math.log10(energy(400, 800) / energy(2000, 2400));
    assert.ok(Math.abs(fallDb - 24) < 3, `falls by ${fallDb} dB`);
  });

  it('loads a measured response from its direct sound on', async function () {
    const response = await loadResponse(recordings(this, 'noise/rir/rir_clap.wav'));
    assert.equal(response[0], 1);
    assert.equal(response.length, RESPONSE_SAMPLES);
  });
});

describe('telephone', () => {
  const middle = (samples: Float32Array) => samples.subarray(1000, samples.length - 1000);

  it('keeps length, place and level of a tone in the band', () => {
    const samples = sine(1000, 16000, 0.5);
    const output = telephone(samples, false);
    assert.equal(output.length, samples.length);
    const error = middle(output).map((sample, i) => sample - samples[1000 + i]!);
    assert.ok(20 * Math.log10(rms(error) / rms(samples)) < -30);
  });

  it('takes away what lies beyond the band when told to', () => {
    const low = sine(100, 16000, 0.5);
    assert.ok(rms(middle(telephone(low, true))) < 0.02 * rms(low));
    assert.ok(rms(middle(telephone(low, false))) > 0.95 * rms(low));
    const high = sine(5500, 16000, 0.5);
    assert.ok(rms(middle(telephone(high, false))) < 0.02 * rms(high));
  });

  it('sends one byte for every two samples', () => {
    assert.equal(telephoneBytes(sine(500, 1600), true).length, 800);
  });

  it('takes a recording with an odd number of samples', () => {
    assert.equal(telephone(sine(500, 1601), true).length, 1601);
  });
});
