import assert from 'node:assert/strict';
import { once } from 'node:events';
import { WebSocketServer } from 'ws';
import { LoadCaller, type LoadCallerOptions } from '../../../../src/cli/bench/load/load-caller.ts';
import { maskedPayloads } from '../../../../src/cli/bench/load/media-frames.ts';
import { parseTwilioMessage } from '../../../../src/gateway/sources/twilio-messages.ts';
import { startTestServer, stopTestServers } from '../../../helpers/start-test-server.ts';

const PAYLOADS = [0x11, 0x22, 0x33].map((byte) => Buffer.alloc(160, byte).toString('base64'));

const options = (url: string, bothTracks = false): LoadCallerOptions => ({
  url,
  voice: maskedPayloads(PAYLOADS),
  offset: 1,
  bothTracks,
  jitterMs: 0,
  maxSeconds: 10,
});

async function connected(url: string, bothTracks = false): Promise<LoadCaller> {
  const caller = await LoadCaller.connect(options(url, bothTracks));
  assert.ok(typeof caller !== 'string', `refused with ${caller}`);
  caller.speakFrom(0);
  return caller;
}

describe('LoadCaller', () => {
  afterEach(stopTestServers);

  it('sends the messages that Twilio sends, each a masked frame that any WebSocket server reads', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const messages: string[] = [];
    server.on('connection', (socket) => {
      socket.on('message', (data) => {
        messages.push(String(data));
        if (String(data).includes('"stop"')) socket.close();
      });
    });
    const caller = await connected(`http://127.0.0.1:${port}`);
    for (let i = 0; i < 120; i++) assert.ok(caller.send(i));
    await caller.stop();
    server.close();

    assert.equal(messages.length, 123);
    const parsed = messages.map((message) => parseTwilioMessage(message));
    assert.ok(parsed.every((message) => message !== undefined));
    const { sequenceNumber, media, streamSid } = JSON.parse(messages[2 + 100]!);
    assert.match(streamSid, /^MZ[0-9a-f]{32}$/);
    assert.equal(sequenceNumber, '102');
    assert.deepEqual(media, {
      track: 'inbound',
      chunk: '101',
      timestamp: '2000',
      payload: PAYLOADS[(1 + 100) % 3],
    });
  });

  it('plays a call that the gateway hears to its end', async () => {
    const server = await startTestServer({ 'twilio.track': 'both_tracks' });
    const caller = await connected(server.url, true);
    for (let i = 0; i < 25; i++) caller.send(i);
    await caller.stop();
    const { data } = await server.event('call.ended', caller.callSid);
    assert.deepEqual(
      data.legs.map(({ leg, audioMs, gapMs }) => ({ leg, audioMs, gapMs })),
      [
        { leg: 'customer', audioMs: 500, gapMs: 0 },
        { leg: 'agent', audioMs: 500, gapMs: 0 },
      ],
    );
    assert.equal(data.reason, 'stopped');
  });

  it('says why it was refused', async () => {
    const server = await startTestServer({ 'limits.maxConnections': 1 });
    const first = await connected(server.url);
    assert.equal(await LoadCaller.connect(options(server.url)), 'TW_TOO_MANY_CONNECTIONS');
    await first.stop();
  });
});
