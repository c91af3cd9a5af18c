import assert from 'node:assert/strict';
import { CONDITIONS, snrDbOf } from '../../src/evaluation/conditions.ts';
import { inCondition } from '../../src/evaluation/in-condition.ts';
import { Decoder } from '../../src/pipeline/decode.ts';
import { activeLevel } from '../../src/training/augmentation/level.ts';
import { createRandom } from '../../src/training/random.ts';
import { concat, noise, silence, vowel } from '../helpers/signals.ts';

const RATE_HZ = 16000;
const speech = concat(silence(RATE_HZ, 0.5), vowel(150, RATE_HZ, 1), silence(RATE_HZ, 0.5));
const file = { channels: [speech], sampleRateHz: RATE_HZ };
const hiss = () => ({ samples: noise(RATE_HZ, 0.2), random: createRandom(3) });
const decoded = (condition: (typeof CONDITIONS)[number]) =>
  new Decoder('pcm_s16le').decode(inCondition(file, condition, hiss).bytes).slice();

describe('inCondition', () => {
  it('sends each codec at its rate and in its coding', () => {
    const sent = (['as-recorded', 'pcm8k', 'mulaw8k', 'mulaw16k'] as const).map((codec) => {
      const { bytes, format } = inCondition(file, codec, hiss);
      return [format.encoding, format.sampleRateHz, bytes.length];
    });
    assert.deepEqual(sent, [
      ['pcm_s16le', 16000, 64000],
      ['pcm_s16le', 8000, 32000],
      ['mulaw', 8000, 16000],
      ['mulaw', 16000, 32000],
    ]);
  });

  it('sends a rate that no source has at 16 kHz', () => {
    const odd = { channels: [vowel(150, 12000, 1)], sampleRateHz: 12000 };
    assert.equal(inCondition(odd, 'as-recorded', hiss).format.sampleRateHz, 16000);
  });

  it('adds noise at the ratio that the condition names, under the silences too', () => {
    const clean = decoded('as-recorded');
    let compared = 0;
    for (const condition of CONDITIONS) {
      const snrDb = snrDbOf(condition);
      if (snrDb === null) continue;
      const added = decoded(condition).map((sample, i) => sample - clean[i]!);
      const measured = 20 * Math.log10(activeLevel(speech) / activeLevel(added));
      assert.ok(Math.abs(measured - snrDb) < 0.3, `${condition}: ${measured} dB`);
      assert.ok(activeLevel(added.subarray(0, RATE_HZ / 4)) > 0);
      compared++;
    }
    assert.equal(compared, 4);
  });

  it('turns a mix that would clip down', () => {
    const loud = { channels: [speech.map((sample) => sample * 6)], sampleRateHz: RATE_HZ };
    const { bytes } = inCondition(loud, 'snr0', hiss);
    const samples = new Decoder('pcm_s16le').decode(bytes);
    const clipped = samples.filter((sample) => Math.abs(sample) > 0.9999).length;
    assert.ok(clipped <= 1, `${clipped} samples at full scale`);
  });
});
