import assert from 'node:assert/strict';
import { interleavedPcm, readCallAudio } from '../../src/cli/callers/call-audio.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { silentLogger } from '../../src/log/logger.ts';
import type { EventData } from '../../src/protocol/events.ts';
import { assertEvent } from '../../src/protocol/validate.ts';
import { startTonewire, type Tonewire } from '../../src/tonewire.ts';
import { WsClient } from '../helpers/ws-client.ts';

const SAMPLE_CALL = 'media/sample-call/sample-call.wav';
const BYTES_PER_SECOND = 32_000;
/** The customer speaks from the sixth second on. */
const HEARD_S = 20;
const LINE_AT_S = 12;

describe('words beside a real voice, over a real socket', function () {
  this.timeout(120_000);
  let tonewire: Tonewire;
  let pcm: Uint8Array;

  before(async () => {
    const config = loadConfig({ flags: { 'server.port': 0 } });
    tonewire = await startTonewire(config, { logger: silentLogger });
    pcm = interleavedPcm(await readCallAudio(SAMPLE_CALL, 'customer'));
  });

  after(() => tonewire.close());

  /** The updates of a call whose customer says this line in its thirteenth second. */
  async function updates(text?: string): Promise<EventData<'emotion.updated'>[]> {
    const client = await WsClient.open(`${tonewire.url.replace('http', 'ws')}/v1/stream`);
    const audio = { encoding: 'pcm_s16le', sampleRateHz: 16000, channels: 1 };
    client.send({ type: 'session.start', audio });
    for (let second = 0; second < HEARD_S; second++) {
      if (second === LINE_AT_S && text !== undefined) {
        client.send({ type: 'transcript', leg: 'customer', text });
      }
      client.sendBinary(pcm.subarray(second * BYTES_PER_SECOND, (second + 1) * BYTES_PER_SECOND));
    }
    client.send({ type: 'session.end' });
    await client.message('session.ended');
    return client.received.flatMap((message: unknown) => {
      if (!(message as { specversion?: string }).specversion) return [];
      assertEvent(message);
      return message.type === 'emotion.updated' ? [message.data] : [];
    });
  }

  it('move the valence their way, from the moment they came, and say how much', async () => {
    const [alone, pleased, cross] = await Promise.all([
      updates(),
      updates('Thank you, that is wonderful, I am so happy.'),
      updates('This is terrible, I hate it, you are useless.'),
    ]);
    const lineMs = LINE_AT_S * 1000;
    for (const joined of [pleased, cross]) {
      assert.equal(joined.length, alone.length);
      for (const [i, { span, modalities, valence, probabilities }] of joined.entries()) {
        assert.equal(modalities !== undefined, span.endMs > lineMs);
        const moved = valence - alone[i]!.valence;
        if (modalities === undefined) {
          assert.ok(Math.abs(moved) < 2e-4, `${moved} before the line`);
          continue;
        }
        assert.ok(joined === pleased ? moved > 0 : moved < 0, `${moved} after it`);
        const sum = Object.values(probabilities).reduce((a, b) => a + b);
        assert.ok(Math.abs(sum - 1) < 5e-4);
        const { voice } = modalities;
        const difference = Math.abs(voice.probabilities.anger - alone[i]!.probabilities.anger);
        assert.ok(difference < 2e-4, 'the voice is what it is alone');
      }
    }
    assert.ok(pleased.filter(({ modalities }) => modalities !== undefined).length >= 10);
  });
});
