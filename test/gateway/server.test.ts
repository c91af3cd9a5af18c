import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { startTestServer, stopTestServers } from '../helpers/start-test-server.ts';
import { TwilioCall } from '../helpers/twilio-call.ts';
import { refusedUpgrade, WsClient } from '../helpers/ws-client.ts';

const START = {
  type: 'session.start',
  audio: { encoding: 'mulaw', sampleRateHz: 8000, channels: 1 },
};

describe('the gateway', () => {
  afterEach(stopTestServers);

  it('says at / what it is and where things are', async () => {
    const server = await startTestServer();
    const about: { name: string; paths: object } = JSON.parse(
      await (await fetch(server.url)).text(),
    );
    assert.equal(about.name, 'tonewire');
    assert.ok('POST /twilio/voice' in about.paths);
  });

  it('is alive and ready once it listens', async () => {
    const server = await startTestServer();
    assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
    assert.equal((await fetch(`${server.url}/readyz`)).status, 200);
  });

  it('answers an unknown path with a coded 404, for a request and for an upgrade', async () => {
    const server = await startTestServer();
    const response = await fetch(`${server.url}/nothing`);
    assert.equal(response.status, 404);
    assert.match(await response.text(), /^\{"error":\{"code":"TW_NOT_FOUND","message":".+"\}\}$/);
    const refused = await refusedUpgrade(server.ws('/nothing'));
    assert.deepEqual(refused, { status: 404, code: 'TW_NOT_FOUND' });
  });

  it('survives an upgrade request whose target is no path', async () => {
    const server = await startTestServer();
    const answer = await raw(
      server.port,
      'GET http://[ HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    );
    assert.match(answer, /^HTTP\/1\.1 400 .*"code":"TW_BAD_REQUEST"/s);
    assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
  });

  it('answers a request whose target is no path with a coded 400', async () => {
    const server = await startTestServer();
    for (const target of ['http://[::/v1/events', '//[::/v1/events', 'http://a:b/healthz']) {
      const answer = await raw(
        server.port,
        `GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      );
      assert.match(answer, /^HTTP\/1\.1 400 .*"code":"TW_BAD_REQUEST"/s, target);
    }
    assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
  });

  it('takes a target with a host in it, as proxies are asked, for its path', async () => {
    const server = await startTestServer();
    const answer = await raw(
      server.port,
      'GET http://any.example/healthz?x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    );
    assert.match(answer, /^HTTP\/1\.1 200 .*"status":"ok"/s);
  });

  it('frees the slot of an upgrade without a WebSocket key', async () => {
    const server = await startTestServer({ 'limits.maxConnections': 1 });
    const answer = await raw(
      server.port,
      'GET /v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    );
    assert.match(answer, /^HTTP\/1\.1 400 .*\r\nSec-WebSocket-Version: 13\r\n/s);
    assert.match(answer, /\r\n\r\n\{"error":\{"code":"TW_BAD_REQUEST","message":".+"\}\}$/);
    await WsClient.open(server.ws('/v1/stream'));
  });

  it('serves its metrics, without a word about the call', async () => {
    const server = await startTestServer();
    const call = await TwilioCall.connect(server.ws('/twilio/media'), 'CAverysecret');
    call.start();
    call.media('inbound');
    call.media('outbound');
    call.stop();
    await call.client.closed;
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    assert.match(metrics, /tonewire_calls_started_total\{source="twilio"\} 1/);
    assert.match(metrics, /tonewire_calls_ended_total\{source="twilio",outcome="finished"\} 1/);
    assert.match(metrics, /tonewire_audio_bytes_total\{source="twilio",analysed="true"\} 160/);
    assert.match(metrics, /tonewire_audio_bytes_total\{source="twilio",analysed="false"\} 160/);
    assert.match(metrics, /process_cpu_seconds_total/);
    assert.doesNotMatch(metrics, /CAverysecret/);
  });

  it('serves no metrics where they are switched off', async () => {
    const server = await startTestServer({ 'metrics.enabled': false });
    assert.equal((await fetch(`${server.url}/metrics`)).status, 404);
  });

  it('names the address it cannot listen on', async () => {
    const server = await startTestServer();
    await assert.rejects(startTestServer({ 'server.port': server.port }), {
      code: 'TW_CONFIG_INVALID',
      message: `Cannot listen on server.host 127.0.0.1, server.port ${server.port}.`,
    });
  });
});

describe('a gateway that drains', () => {
  afterEach(stopTestServers);

  it('refuses new calls and lets the running one finish', async () => {
    const server = await startTestServer({ 'server.drainTimeoutMs': 10_000 });
    const running = await WsClient.open(server.ws('/v1/stream'));
    running.send({ ...START, callId: 'running' });
    await running.message('session.started');
    const waiting = await WsClient.open(server.ws('/v1/stream'));
    const drained = server.drain();
    assert.equal((await waiting.closed).code, 1001);
    const readiness = await fetch(`${server.url}/readyz`);
    assert.equal(readiness.status, 503);
    assert.match(await readiness.text(), /"reason":"draining"/);
    assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
    const refused = await refusedUpgrade(server.ws('/v1/stream'));
    assert.deepEqual(refused, { status: 503, code: 'TW_DRAINING' });
    running.sendBinary(Buffer.alloc(800));
    running.send({ type: 'session.end' });
    assert.equal((await running.message('session.ended')).reason, 'stopped');
    await drained;
  });

  it('ends what still runs after server.drainTimeoutMs as drained, and delivers every event', async () => {
    const server = await startTestServer({ 'server.drainTimeoutMs': 50 });
    const feed = await WsClient.open(server.ws('/v1/events'));
    const app = await WsClient.open(server.ws('/v1/stream'));
    app.send(START);
    app.sendBinary(Buffer.alloc(8000));
    await app.message('emotion.updated');
    await server.terminate();
    assert.equal((await app.message('session.ended')).reason, 'drained');
    assert.equal((await app.closed).code, 1001);
    assert.equal((await feed.closed).code, 1001);
    assert.deepEqual(feed.received, JSON.parse(JSON.stringify(server.events)));
    assert.equal(feed.received.at(-1)?.type, 'call.ended');
  });
});

/** What the server answers to these bytes before it closes. */
async function raw(port: number, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(request);
  let answer = '';
  for await (const chunk of socket) answer += chunk;
  return answer;
}
