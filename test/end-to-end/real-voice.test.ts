import assert from 'node:assert/strict';
import { readCallAudio } from '../../src/cli/callers/call-audio.ts';
import { Pacer, UNPACED } from '../../src/cli/callers/pacer.ts';
import { playAppCall, playTwilioCall } from '../../src/cli/callers/play-call.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { evaluate } from '../../src/evaluation/evaluate.ts';
import { silentLogger } from '../../src/log/logger.ts';
import { loadEngine } from '../../src/pipeline/engines/load-engine.ts';
import { checkGolden } from '../../src/pipeline/golden.ts';
import { loadModelFolder } from '../../src/pipeline/model-folder.ts';
import { systemClock } from '../../src/protocol/clock.ts';
import type { AnyEvent } from '../../src/protocol/events.ts';
import { EMOTIONS } from '../../src/protocol/labels.ts';
import { assertEvent } from '../../src/protocol/validate.ts';
import { loadAnalyser, startTonewire, type Tonewire } from '../../src/tonewire.ts';
import { split } from '../../src/training/corpora/folds.ts';
import { loadCorpus } from '../../src/training/corpora/load-corpus.ts';
import { recordings } from '../helpers/recordings.ts';

/** An angry sentence of an actor that emotion-v2 was not trained on. */
const CLIP = 'ravdess/03-01-05-02-01-01-11.flac';

describe('emotion-v2 and real voices', function () {
  this.timeout(240_000);

  it('every engine present gives its golden outputs within 1e-3', async () => {
    const model = await loadModelFolder('models/emotion-v2');
    for (const name of ['onnxruntime', 'tensorflow-wasm'] as const) {
      const engine = await loadEngine(name, model);
      const difference = await checkGolden(engine, model);
      assert.ok(difference <= 1e-3, `${name}: ${difference}`);
      await engine.close();
    }
  });

  describe('over a real socket', () => {
    let tonewire: Tonewire;

    before(async () => {
      const config = loadConfig({ flags: { 'server.port': 0, 'log.level': 'silent' } });
      tonewire = await startTonewire(config, { logger: silentLogger });
    });

    after(() => tonewire.close());

    for (const as of ['twilio', 'app'] as const) {
      it(`a recording sent as ${as} gives rolling events and the call's summary`, async function () {
        const audio = await readCallAudio(recordings(this, CLIP));
        const events: AnyEvent[] = [];
        const url = tonewire.url.replace('http', 'ws');
        const pacer = new Pacer(systemClock, as === 'twilio' ? 8 : UNPACED);
        const plan = { url, audio, pacer, onEvent: (event: AnyEvent) => events.push(event) };
        await (as === 'twilio' ? playTwilioCall(plan) : playAppCall({ ...plan, frameMs: 100 }));
        for (const event of events) assertEvent(event);
        const updates = events.flatMap((e) => (e.type === 'emotion.updated' ? [e.data] : []));
        assert.ok(updates.length >= 3, `${updates.length} updates`);
        for (const { span, probabilities } of updates) {
          assert.ok(span.endMs - span.startMs <= 600);
          const sum = Object.values(probabilities).reduce((a, b) => a + b);
          assert.ok(Math.abs(sum - 1) < 5e-4); // four decimals each
        }
        const ended = events.at(-1);
        assert.ok(ended?.type === 'call.ended');
        assert.equal(ended.data.reason, 'stopped');
        assert.ok(ended.data.legs[0]!.speechMs > 1000);
      });
    }

    it('the metrics count the steps of the model', async () => {
      const text = await (await fetch(`${tonewire.url}/metrics`)).text();
      assert.match(text, /^tonewire_model_batches_total \d+$/m);
      assert.match(text, /^tonewire_model_failures_total 0$/m);
    });
  });

  const floors = { 'as-recorded': 0.5, mulaw8k: 0.5 } as const;
  for (const codec of ['as-recorded', 'mulaw8k'] as const) {
    it(`hears four unknown actors with an unweighted accuracy of ${floors[codec]} or more, ${codec}`, async function () {
      const folder = recordings(this, 'ravdess');
      const { test } = split(await loadCorpus('ravdess', folder), 'emobox', 1);
      const analyser = await loadAnalyser(loadConfig());
      const result = await evaluate(analyser, test, { codec, labels: EMOTIONS });
      await analyser.close();
      assert.equal(result.n, 240);
      assert.ok(result.unweightedAccuracy >= floors[codec], `${result.unweightedAccuracy}`);
    });
  }
});
