import assert from 'node:assert/strict';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/load-config.ts';
import { evaluate } from '../../src/evaluation/evaluate.ts';
import { observe } from '../../src/evaluation/observe.ts';
import { EMOTIONS } from '../../src/protocol/labels.ts';
import { loadAnalyser } from '../../src/tonewire.ts';
import { parseRavdess } from '../../src/training/corpora/ravdess.ts';
import { readClip } from '../../src/training/dataset.ts';
import { recordings } from '../helpers/recordings.ts';

/** Loud anger and disgust of actor 11, whom emotion-v2 never heard. */
const NAMES = ['05-02-01-01', '05-02-02-01', '07-02-01-01', '07-02-02-01'];

describe('emotion-v2 evaluated on real voices', function () {
  this.timeout(60_000);

  it('hears more the longer it listens, and says so in every condition', async function () {
    const folder = recordings(this, 'ravdess');
    const rain = recordings(this, 'noise/rain/1-17367-A.opus');
    const clips = NAMES.map((name) => parseRavdess(join(folder, `03-01-${name}-11.flac`))!);
    const analyser = await loadAnalyser(loadConfig());
    const conditions = ['as-recorded', 'mulaw8k', 'snr0'] as const;
    const noises = [{ kind: 'rain', samples: await readClip(rain) }];
    const plan = { conditions, sounds: { noises, music: [] }, streams: false, seed: 1 };
    const { readings } = await observe(analyser, clips, plan);
    const quick = await evaluate(analyser, clips, { codec: 'as-recorded', labels: EMOTIONS });
    await analyser.close();

    const clean = readings.get('as-recorded')!;
    for (const { last, speechMs, audioMs, atMarks } of clean) {
      assert.ok(last !== null && speechMs > 1000 && speechMs < audioMs);
      assert.ok(atMarks[1] !== null && !atMarks[1]!.every((p, i) => p === last[i]));
      assert.deepEqual(atMarks.at(-1), last, 'no clip holds more than 3 s of speech');
    }
    assert.ok(quick.accuracy >= 0.75, `${quick.accuracy}`);
    for (const condition of ['mulaw8k', 'snr0'] as const) {
      const differing = readings.get(condition)!.filter(({ last }, i) => {
        return last?.some((p, k) => Math.abs(p - clean[i]!.last![k]!) > 1e-3);
      });
      assert.equal(differing.length, clips.length, condition);
    }
  });
});
