import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import twilio from 'twilio';
import { WebSocketServer } from 'ws';
import { Pacer, UNPACED } from '../../../src/cli/callers/pacer.ts';
import { TwilioCaller, twilioPayloads } from '../../../src/cli/callers/twilio-caller.ts';
import { StreamTokens, secretOfAuthToken } from '../../../src/gateway/stream-token.ts';
import { systemClock } from '../../../src/protocol/clock.ts';
import { TonewireError } from '../../../src/protocol/errors.ts';

/** The other end of a media stream, which only listens. */
async function listener() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const messages: Record<string, unknown>[] = [];
  const requests: IncomingMessage[] = [];
  server.on('connection', (socket, request) => {
    requests.push(request);
    socket.on('message', (data) => {
      const message = JSON.parse(String(data));
      messages.push(message);
      if (message.event === 'stop') socket.close(1000, 'stopped');
    });
  });
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { server, messages, requests, url };
}

const unpaced = () => new Pacer(systemClock, UNPACED);

describe('TwilioCaller', () => {
  let end: Awaited<ReturnType<typeof listener>>;

  beforeEach(async () => {
    end = await listener();
  });

  afterEach(() => end.server.close());

  it('sends what Twilio sends, in its order, numbers as strings', async () => {
    const samples = new Float32Array(400); // 50 ms: two whole chunks and a half one
    const payloads = twilioPayloads(samples);
    const tracks = [
      { track: 'inbound' as const, payloads },
      { track: 'outbound' as const, payloads: payloads.slice(0, 1) },
    ];
    const caller = await TwilioCaller.connect({ url: end.url, tracks, callSid: 'CA1' });
    await caller.play(unpaced());
    await caller.closed;
    const [connected, start, ...rest] = end.messages;
    assert.deepEqual(connected, { event: 'connected', protocol: 'Call', version: '1.0.0' });
    assert.equal(start?.event, 'start');
    assert.equal(start?.sequenceNumber, '1');
    const { streamSid, ...body } = start!.start as Record<string, unknown>;
    assert.equal(streamSid, start!.streamSid);
    assert.match(String(streamSid), /^MZ[0-9a-f]{32}$/);
    assert.deepEqual(body, {
      accountSid: body.accountSid,
      callSid: 'CA1',
      tracks: ['inbound', 'outbound'],
      customParameters: {},
      mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
    });
    const media = (track: string, chunk: string, timestamp: string, payload: string) => ({
      track,
      chunk,
      timestamp,
      payload,
    });
    assert.deepEqual(
      rest.slice(0, -1).map((message) => [message.event, message.sequenceNumber, message.media]),
      [
        ['media', '2', media('inbound', '1', '0', payloads[0]!)],
        ['media', '3', media('outbound', '1', '0', payloads[0]!)],
        ['media', '4', media('inbound', '2', '20', payloads[1]!)],
        ['media', '5', media('inbound', '3', '40', payloads[2]!)],
      ],
    );
    assert.equal(rest.at(-1)?.event, 'stop');
    assert.equal(rest.at(-1)?.sequenceNumber, '6');
  });

  it('cuts audio into 20 ms of mu-law; the last chunk may be shorter', () => {
    const payloads = twilioPayloads(new Float32Array(400));
    const lengths = payloads.map((payload) => Buffer.from(payload, 'base64').length);
    assert.deepEqual(lengths, [160, 160, 80]);
  });

  it("signs the upgrade so that Twilio's own package accepts it", async () => {
    const authToken = 'a'.repeat(32);
    const tracks = [{ track: 'inbound' as const, payloads: [] }];
    const caller = await TwilioCaller.connect({ url: end.url, tracks, authToken });
    caller.hangUp();
    const signature = String(end.requests[0]?.headers['x-twilio-signature']);
    const url = new URL('/twilio/media', end.url).href;
    assert.equal(twilio.validateRequest(authToken, signature, url, {}), true);
  });

  it('brings the token by which a gateway with the same auth token knows the call', async () => {
    const authToken = 'a'.repeat(32);
    const tracks = [{ track: 'inbound' as const, payloads: [] }];
    const caller = await TwilioCaller.connect({ url: end.url, tracks, authToken, callSid: 'CA1' });
    await caller.play(unpaced());
    await caller.closed;
    const start = end.messages[1]!.start as { customParameters: Record<string, string> };
    const token = start.customParameters.token!;
    const tokens = new StreamTokens(secretOfAuthToken(authToken), 60_000, systemClock);
    assert.ok(tokens.verify('CA1', token));
    assert.ok(!tokens.verify('CA2', token));
  });

  it('says with which code the server ended the stream', async () => {
    end.server.on('connection', (socket) => socket.close(4429, 'TW_RATE_LIMITED'));
    const tracks = [
      { track: 'inbound' as const, payloads: twilioPayloads(new Float32Array(8000)) },
    ];
    const caller = await TwilioCaller.connect({ url: end.url, tracks });
    await assert.rejects(
      caller.play(new Pacer(systemClock, 1)).then(() => caller.closed),
      (error) => error instanceof TonewireError && error.code === 'TW_RATE_LIMITED',
    );
  });

  it('says TW_CONNECT_FAILED where nothing listens', async () => {
    await new Promise((closed) => end.server.close(closed));
    await assert.rejects(
      TwilioCaller.connect({ url: end.url, tracks: [] }),
      (error) =>
        error instanceof TonewireError &&
        error.code === 'TW_CONNECT_FAILED' &&
        error.message.includes('nothing listens there'),
    );
  });
});
