import assert from 'node:assert/strict';
import { assertEvent } from '../../src/protocol/validate.ts';
import { startTestServer, stopTestServers } from '../helpers/start-test-server.ts';
import { WsClient } from '../helpers/ws-client.ts';

const RULE = {
  name: 'flat',
  leg: 'customer',
  emotion: 'neutral',
  probability: 0.6,
  forMs: 300,
  cooldownMs: 10_000,
  text: 'Ask an open question.',
};

describe('alert rules', () => {
  afterEach(stopTestServers);

  it('raise an event of the call, right after the update that fulfilled them', async () => {
    const server = await startTestServer({ alerts: [RULE] });
    const client = await WsClient.open(server.ws('/v1/stream'));
    const audio = { encoding: 'pcm_s16le', sampleRateHz: 16000, channels: 1 };
    client.send({ type: 'session.start', audio, callId: 'call-1' });
    client.sendBinary(Buffer.alloc(3200 * 6));
    client.send({ type: 'session.end' });
    await client.message('session.ended');
    const types = server.events.map(({ type }) => type);
    const at = types.indexOf('alert.raised');
    assert.equal(types.filter((type) => type === 'alert.raised').length, 1);
    assert.equal(types.slice(0, at).filter((type) => type === 'emotion.updated').length, 3);
    const alert = server.events[at]!;
    assertEvent(alert);
    assert.deepEqual(alert.data, {
      callId: 'call-1',
      leg: 'customer',
      atMs: 300,
      rule: 'flat',
      text: 'Ask an open question.',
      emotion: 'neutral',
      probability: 0.65,
      heldMs: 300,
      conditions: [{ signal: 'neutral', measure: 'value', value: 0.65, above: 0.6 }],
    });
  });
});
