import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { silentLogger } from '../../src/log/logger.ts';
import { startTestServer, stopTestServers, type TestServer } from '../helpers/start-test-server.ts';
import { TwilioCall } from '../helpers/twilio-call.ts';
import { refusedUpgrade, WsClient } from '../helpers/ws-client.ts';

describe('the feed at /v1/events', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await startTestServer();
  });

  afterEach(stopTestServers);

  async function playCall(callSid: string, chunks = 10): Promise<void> {
    const call = await TwilioCall.connect(server.ws('/twilio/media'), callSid);
    call.start();
    for (let chunk = 0; chunk < chunks; chunk += 1) call.media('inbound');
    call.stop();
    await call.client.closed;
  }

  it('carries every event of every call over a WebSocket, in order', async () => {
    const feed = await WsClient.open(server.ws('/v1/events'));
    await playCall('CA1');
    await feed.message('call.ended');
    assert.deepEqual(
      feed.received.map(({ type }) => type),
      ['call.started', 'emotion.updated', 'emotion.updated', 'call.ended'],
    );
    assert.deepEqual(feed.received, JSON.parse(JSON.stringify(server.events)));
  });

  it('is narrowed by call and type', async () => {
    const feed = await WsClient.open(server.ws('/v1/events?callId=CA2&types=call.ended'));
    await playCall('CA1');
    await playCall('CA2');
    await feed.message('call.ended');
    assert.deepEqual(
      feed.received.map(({ type, subject }) => [type, subject]),
      [['call.ended', 'CA2']],
    );
  });

  it('carries the same as server-sent events with id, event and data', async () => {
    const abort = new AbortController();
    const response = await fetch(`${server.url}/v1/events?leg=customer`, { signal: abort.signal });
    assert.equal(response.headers.get('content-type'), 'text/event-stream');
    await playCall('CA1');
    const text = await readUntil(response, '"type":"call.ended"');
    abort.abort();
    const blocks = text.split('\n\n').filter((block) => block.startsWith('id: '));
    assert.equal(blocks.length, 4);
    for (const [index, event] of server.events.entries()) {
      const lines = [`id: ${event.id}`, `event: ${event.type}`, `data: ${JSON.stringify(event)}`];
      assert.equal(blocks[index]?.trim(), lines.join('\n'));
    }
  });

  it('refuses a filter it does not know', async () => {
    const refused = await refusedUpgrade(server.ws('/v1/events?types=everything'));
    assert.deepEqual(refused, { status: 400, code: 'TW_BAD_REQUEST' });
    assert.equal((await fetch(`${server.url}/v1/events?leg=robot`)).status, 400);
  });

  it('takes no more subscribers than limits.maxEventSubscribers', async () => {
    server = await startTestServer({ 'limits.maxEventSubscribers': 1 });
    await WsClient.open(server.ws('/v1/events'));
    const second = await WsClient.open(server.ws('/v1/events'));
    assert.equal((await second.message('error')).code, 'TW_TOO_MANY_CONNECTIONS');
    assert.equal((await second.closed).code, 4429);
    assert.equal((await fetch(`${server.url}/v1/events`)).status, 503);
  });

  it('cuts off a subscriber that does not read, and serves the others', async () => {
    server = await startTestServer({ 'limits.feedQueueEvents': 10 });
    const slow = await WsClient.open(server.ws('/v1/events'));
    slow.socket.pause();
    const prompt = await WsClient.open(server.ws('/v1/events?types=call.ended'));
    const app = await WsClient.open(server.ws('/v1/stream'));
    const audio = { encoding: 'mulaw', sampleRateHz: 8000, channels: 1 };
    app.send({ type: 'session.start', audio });
    let subscribers = '2';
    while (subscribers !== '1') {
      for (let second = 0; second < 20; second += 1) app.sendBinary(Buffer.alloc(64_000));
      const metrics = await (await fetch(`${server.url}/metrics`)).text();
      subscribers = /tonewire_event_subscribers (\d)/.exec(metrics)?.[1] ?? '';
    }
    slow.socket.resume();
    assert.equal((await slow.closed).code, 4429);
    app.send({ type: 'session.end' });
    await prompt.message('call.ended');
  });

  it('cuts off a reader of server-sent events that does not read, and lives on', async () => {
    const feedTiming = { heartbeatMs: 20, closeTimeoutMs: 300 };
    // A queue that no burst fills: it fills because the socket takes no more.
    const few = { 'limits.feedQueueEvents': 5000, 'limits.maxConnections': 2 };
    server = await startTestServer(few, silentLogger, { feedTiming });
    const slow = connect(server.port, '127.0.0.1');
    slow.on('error', () => undefined).unref();
    slow.write('GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    await once(slow, 'data');
    slow.pause();
    const app = await WsClient.open(server.ws('/v1/stream'));
    const audio = { encoding: 'mulaw', sampleRateHz: 8000, channels: 1 };
    app.send({ type: 'session.start', audio });
    while ((await gauge(server, 'event_subscribers')) !== 0) {
      for (let second = 0; second < 20; second += 1) app.sendBinary(Buffer.alloc(64_000));
    }
    // Many heartbeats fall due between the end that is not read and the cut.
    while ((await gauge(server, 'connections')) !== 1);
    const next = await WsClient.open(server.ws('/v1/events?types=call.ended'));
    app.send({ type: 'session.end' });
    await next.message('call.ended');
    slow.destroy();
  });

  it('sends signs of life over server-sent events while there is nothing to say', async () => {
    const feedTiming = { heartbeatMs: 20, closeTimeoutMs: 300 };
    server = await startTestServer({}, silentLogger, { feedTiming });
    const response = await fetch(`${server.url}/v1/events`);
    await readUntil(response, ': alive\n\n: alive\n\n');
  });

  it('answers HEAD with the headers of the stream, and takes no subscriber', async () => {
    const response = await fetch(`${server.url}/v1/events`, { method: 'HEAD' });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'text/event-stream');
    assert.equal(await gauge(server, 'event_subscribers'), 0);
    assert.equal(await gauge(server, 'connections'), 0);
  });
});

async function gauge(server: TestServer, name: string): Promise<number> {
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  return Number(new RegExp(`^tonewire_${name} (\\d+)$`, 'm').exec(metrics)?.[1]);
}

async function readUntil(response: Response, end: string): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes(end)) return text;
  }
  return text;
}
