import assert from 'node:assert/strict';
import { ERRORS, type ErrorCode } from '../../src/protocol/errors.ts';
import { startTestServer, stopTestServers, type TestServer } from '../helpers/start-test-server.ts';
import { SILENT_CHUNK, TwilioCall } from '../helpers/twilio-call.ts';
import { refusedUpgrade, WsClient } from '../helpers/ws-client.ts';

const START = {
  type: 'session.start',
  audio: { encoding: 'pcm_s16le', sampleRateHz: 16000, channels: 1 },
};
const TWILIO_START = { event: 'start', start: { callSid: 'CA1', tracks: ['inbound'] } };
const MEDIA = {
  event: 'media',
  media: { track: 'inbound', payload: SILENT_CHUNK.toString('base64') },
};

const audio = (changes: object) => ({ ...START, audio: { ...START.audio, ...changes } });

/** What an app may do wrong, and what it is told. Text is sent as it stands, bytes as binary. */
const APP_ATTACKS: readonly [string, ErrorCode, readonly (object | string)[]][] = [
  ['text that is not JSON', 'TW_BAD_JSON', ['{"type":']],
  ['JSON that is no message', 'TW_BAD_MESSAGE', ['[1, 2]']],
  ['an unknown type', 'TW_BAD_MESSAGE', [{ type: 'session.steal' }]],
  ['an unknown field', 'TW_BAD_MESSAGE', [{ ...START, admin: true }]],
  ['audio before start', 'TW_OUT_OF_ORDER', [Buffer.alloc(320)]],
  ['a flush before start', 'TW_OUT_OF_ORDER', [{ type: 'session.flush' }]],
  ['an end before start', 'TW_OUT_OF_ORDER', [{ type: 'session.end' }]],
  ['a second start', 'TW_OUT_OF_ORDER', [START, START]],
  ['an unsupported rate', 'TW_UNSUPPORTED_AUDIO', [audio({ sampleRateHz: 12345 })]],
  ['an unknown encoding', 'TW_BAD_MESSAGE', [audio({ encoding: 'opus' })]],
  ['three channels', 'TW_BAD_MESSAGE', [audio({ channels: 3 })]],
  ['more channels than legs', 'TW_BAD_MESSAGE', [{ ...audio({ channels: 2 }), legs: ['agent'] }]],
  [
    'a leg named twice',
    'TW_BAD_MESSAGE',
    [{ ...audio({ channels: 2 }), legs: ['agent', 'agent'] }],
  ],
  ['a message over the limit', 'TW_MESSAGE_TOO_LARGE', [START, Buffer.alloc(70_000)]],
  ['a flood of bytes before start', 'TW_RATE_LIMITED', ['"'.padEnd(20_000)]],
  [
    'a flood of messages before start',
    'TW_RATE_LIMITED',
    Array.from({ length: 40 }, () => ({ type: 'ping' })),
  ],
];

const TWILIO_ATTACKS: readonly [string, ErrorCode, readonly (object | string)[]][] = [
  ['text that is not JSON', 'TW_BAD_JSON', ['connected']],
  ['a message without an event', 'TW_BAD_MESSAGE', [{ media: {} }]],
  ['an event that is no name', 'TW_BAD_MESSAGE', [{ event: 7 }]],
  [
    'a flood of unknown events before start',
    'TW_RATE_LIMITED',
    Array.from({ length: 40 }, () => ({ event: 'future' })),
  ],
  ['media before start', 'TW_OUT_OF_ORDER', [MEDIA]],
  ['a stop before start', 'TW_OUT_OF_ORDER', [{ event: 'stop' }]],
  ['a second start', 'TW_OUT_OF_ORDER', [TWILIO_START, TWILIO_START]],
  ['a start without a call', 'TW_BAD_MESSAGE', [{ event: 'start', start: {} }]],
  [
    'a start with unknown tracks only',
    'TW_BAD_MESSAGE',
    [{ event: 'start', start: { callSid: 'CA1', tracks: ['toString'] } }],
  ],
  [
    'an unsupported rate',
    'TW_UNSUPPORTED_AUDIO',
    [{ event: 'start', start: { callSid: 'CA1', mediaFormat: { sampleRate: 44_100 } } }],
  ],
  [
    'a payload that is not base64',
    'TW_BAD_BASE64',
    [TWILIO_START, { event: 'media', media: { payload: 'not base64!' } }],
  ],
  [
    'a payload of impossible length',
    'TW_BAD_BASE64',
    [TWILIO_START, { event: 'media', media: { payload: 'AAAAA' } }],
  ],
  ['binary frames', 'TW_BAD_MESSAGE', [TWILIO_START, Buffer.alloc(160)]],
];

describe('a hostile socket', () => {
  afterEach(stopTestServers);

  for (const [what, code, messages] of APP_ATTACKS) {
    it(`on /v1/stream that sends ${what} gets ${code}`, async () => {
      const server = await startTestServer();
      const client = await WsClient.open(server.ws('/v1/stream'));
      sendAll(client, messages);
      assert.equal((await client.message('error')).code, code);
      assert.deepEqual(await client.closed, { code: ERRORS[code].closeCode, reason: code });
    });
  }

  for (const [what, code, messages] of TWILIO_ATTACKS) {
    it(`on /twilio/media that sends ${what} is closed with ${code}`, async () => {
      const server = await startTestServer();
      const client = await WsClient.open(server.ws('/twilio/media'));
      sendAll(client, messages);
      assert.deepEqual(await client.closed, { code: ERRORS[code].closeCode, reason: code });
      assert.equal((await readiness(server)).status, 200);
    });
  }

  it('that sends a frame far over the limit is cut off before it is read', async () => {
    const server = await startTestServer();
    const client = await WsClient.open(server.ws('/v1/stream'));
    client.send({ ...START, callId: 'huge' });
    client.sendBinary(Buffer.alloc(1_000_000));
    assert.equal((await client.closed).code, 1009);
    assert.equal((await server.event('call.ended', 'huge')).data.reason, 'TW_MESSAGE_TOO_LARGE');
  });

  it('that sends malformed frames is closed, and its call ends with a coded reason', async () => {
    const server = await startTestServer();
    const client = await WsClient.open(server.ws('/v1/stream'));
    client.send({ ...START, callId: 'garbled' });
    await client.message('session.started');
    // An unmasked frame with a reserved bit set, written beneath the client library.
    (client.socket as unknown as { _socket: NodeJS.WritableStream })._socket.write(
      Buffer.from([0xf2, 0x01, 0x00]),
    );
    assert.equal((await server.event('call.ended', 'garbled')).data.reason, 'TW_BAD_REQUEST');
  });

  it('that never starts is closed after limits.startTimeoutMs', async () => {
    const server = await startTestServer({ 'limits.startTimeoutMs': 100 });
    const [app, twilio] = await Promise.all([
      WsClient.open(server.ws('/v1/stream')),
      TwilioCall.connect(server.ws('/twilio/media')),
    ]);
    assert.equal((await app.message('error')).code, 'TW_START_TIMEOUT');
    assert.equal((await app.closed).code, 4408);
    assert.equal((await twilio.client.closed).code, 4408);
  });

  it('that falls silent after its start is closed after limits.idleTimeoutMs', async () => {
    const server = await startTestServer({ 'limits.idleTimeoutMs': 1000 });
    const client = await WsClient.open(server.ws('/v1/stream'));
    client.send(START);
    assert.equal((await client.message('error')).code, 'TW_IDLE_TIMEOUT');
  });

  it('that talks for ever is ended at limits.maxCallDurationMs', async () => {
    const server = await startTestServer({ 'limits.maxCallDurationMs': 1000 });
    const client = await WsClient.open(server.ws('/v1/stream'));
    client.send({ ...START, callId: 'long' });
    const ended = await server.event('call.ended', 'long');
    assert.equal(ended.data.reason, 'TW_CALL_DURATION');
  });

  it('that sends more messages a second than it may gets TW_RATE_LIMITED', async () => {
    const server = await startTestServer({ 'limits.maxMessagesPerSecond': 10 });
    const client = await WsClient.open(server.ws('/v1/stream'));
    client.send(START);
    await client.message('session.started');
    for (let message = 0; message < 60; message += 1) client.send({ type: 'ping' });
    assert.equal((await client.message('error')).code, 'TW_RATE_LIMITED');
  });

  it('is refused while as many strangers as permitted are connected, and let in after', async () => {
    const server = await startTestServer({ 'limits.maxUnauthenticatedConnections': 2 });
    const first = await WsClient.open(server.ws('/v1/stream'));
    await WsClient.open(server.ws('/v1/stream'));
    const refused = await refusedUpgrade(server.ws('/v1/stream'));
    assert.deepEqual(refused, { status: 503, code: 'TW_TOO_MANY_CONNECTIONS' });
    first.send(START);
    await first.message('session.started');
    await WsClient.open(server.ws('/v1/stream'));
  });

  it('is refused beyond limits.maxConnections, and the gateway is not ready', async () => {
    const server = await startTestServer({ 'limits.maxConnections': 1 });
    await WsClient.open(server.ws('/v1/stream'));
    const refused = await refusedUpgrade(server.ws('/v1/stream'));
    assert.deepEqual(refused, { status: 503, code: 'TW_TOO_MANY_CONNECTIONS' });
    assert.deepEqual(await readiness(server), { status: 503, reason: 'at capacity' });
  });

  it('gets no call beyond limits.maxCalls', async () => {
    const server = await startTestServer({ 'limits.maxCalls': 1 });
    const [first, second] = await Promise.all([
      WsClient.open(server.ws('/v1/stream')),
      WsClient.open(server.ws('/v1/stream')),
    ]);
    first.send(START);
    await first.message('session.started');
    second.send(START);
    assert.equal((await second.message('error')).code, 'TW_TOO_MANY_CONNECTIONS');
    first.send({ type: 'session.end' });
    assert.equal((await first.message('session.ended')).reason, 'stopped');
  });

  it('cannot take over the id of a running call', async () => {
    const server = await startTestServer();
    const owner = await WsClient.open(server.ws('/v1/stream'));
    owner.send({ ...START, callId: 'mine' });
    await owner.message('session.started');
    const thief = await WsClient.open(server.ws('/v1/stream'));
    thief.send({ ...START, callId: 'mine' });
    assert.equal((await thief.message('error')).code, 'TW_OUT_OF_ORDER');
    owner.send({ type: 'session.end' });
    assert.equal((await owner.message('session.ended')).callId, 'mine');
  });
});

function sendAll(client: WsClient, messages: readonly (object | string)[]): void {
  for (const message of messages) {
    if (Buffer.isBuffer(message)) client.sendBinary(message);
    else if (typeof message === 'string') client.sendText(message);
    else client.send(message);
  }
}

async function readiness(server: TestServer): Promise<{ status: number; reason?: string }> {
  const response = await fetch(`${server.url}/readyz`);
  const { reason }: { reason?: string } = JSON.parse(await response.text());
  return { status: response.status, ...(reason !== undefined && { reason }) };
}
