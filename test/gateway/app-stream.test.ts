import assert from 'node:assert/strict';
import { TonewireError } from '../../src/protocol/errors.ts';
import { assertEvent } from '../../src/protocol/validate.ts';
import { startTestServer, stopTestServers, type TestServer } from '../helpers/start-test-server.ts';
import { WsClient } from '../helpers/ws-client.ts';

const MONO = { encoding: 'pcm_s16le', sampleRateHz: 16000, channels: 1 };
const STEREO = { encoding: 'pcm_s16le', sampleRateHz: 8000, channels: 2 };

describe('the app protocol tonewire.v1', () => {
  let server: TestServer;
  let client: WsClient;

  beforeEach(async () => {
    server = await startTestServer();
    client = await WsClient.open(server.ws('/v1/stream'), ['tonewire.v1']);
  });

  afterEach(stopTestServers);

  it('answers a whole call: started, events in order, ended with totals, close 1000', async () => {
    client.send({ type: 'session.start', audio: MONO, callId: 'call-1', consent: 'given' });
    client.sendBinary(Buffer.alloc(3200 * 5));
    client.send({ type: 'session.end' });
    const ended = await client.message('session.ended');
    assert.equal((await client.closed).code, 1000);
    assert.equal(client.socket.protocol, 'tonewire.v1');
    const [first] = client.received;
    assert.ok(first);
    const { resumeToken, ...started } = first;
    assert.match(String(resumeToken), /^[\w-]{43}$/);
    assert.deepEqual(started, {
      type: 'session.started',
      callId: 'call-1',
      legs: [{ leg: 'customer', analysed: true }],
      model: 'fake-v1',
      resumeWindowMs: 30_000,
    });
    const events = client.received.filter((message) => 'specversion' in message);
    for (const event of events) assertEvent(event);
    assert.deepEqual(
      events.map(({ type, sequence }) => [sequence, type]),
      ['call.started', ...Array(5).fill('emotion.updated'), 'call.ended'].map((t, i) => [i, t]),
    );
    assert.deepEqual(ended.totals, {
      durationMs: 500,
      events: 7,
      legs: [
        { leg: 'customer', analysed: true, audioMs: 500, speechMs: 500, updates: 5, gapMs: 0 },
      ],
    });
    assert.deepEqual(
      events,
      JSON.parse(JSON.stringify(server.events)),
      'the bus carries the same events',
    );
  });

  it('splits interleaved channels even where messages cut samples in two', async () => {
    const legs = { agent: { analysed: true, legalBasis: 'A safety study.' } };
    const both = await startTestServer({ 'analysis.legs': legs });
    const stereo = await WsClient.open(both.ws('/v1/stream'));
    stereo.send({ type: 'session.start', audio: STEREO });
    const frames = 1000;
    const audio = Buffer.alloc(frames * 4);
    for (let frame = 0; frame < frames; frame += 1) {
      audio.writeInt16LE(frame, frame * 4);
      audio.writeInt16LE(-frame, frame * 4 + 2);
    }
    for (let at = 0, size = 1; at < audio.length; at += size, size = (size % 13) + 1) {
      stereo.sendBinary(audio.subarray(at, at + size));
    }
    stereo.send({ type: 'session.end' });
    await stereo.message('session.ended');
    const [customer, agent] = both.analyser.legs.map((leg) => leg.bytes);
    assert.equal(customer?.length, frames * 2);
    assert.equal(agent?.length, frames * 2);
    for (let frame = 0; frame < frames; frame += 1) {
      assert.equal(customer.readInt16LE(frame * 2), frame);
      assert.equal(agent.readInt16LE(frame * 2), -frame || 0);
    }
  });

  it('answers a flush after everything before it, and holds what comes meanwhile', async () => {
    client.send({ type: 'session.start', audio: MONO });
    await client.message('session.started');
    const leg = server.analyser.legs[0];
    assert.ok(leg);
    let open = () => {};
    leg.flushGate = new Promise((resolve) => {
      open = resolve;
    });
    client.sendBinary(Buffer.alloc(3200));
    client.send({ type: 'session.flush', id: 'f1' });
    client.sendBinary(Buffer.alloc(3200, 1));
    await client.message('emotion.updated');
    assert.equal(leg.bytes.length, 3200);
    open();
    assert.deepEqual(await client.message('session.flushed'), {
      type: 'session.flushed',
      id: 'f1',
    });
    client.send({ type: 'session.end' });
    await client.message('session.ended');
    assert.equal(leg.bytes.length, 6400);
    assert.equal(leg.flushes, 1);
  });

  it('answers a ping before and during a call', async () => {
    client.send({ type: 'ping', id: 'p1' });
    assert.deepEqual(await client.message('pong'), { type: 'pong', id: 'p1' });
  });

  it('makes a sender wait while a leg is far behind, and loses nothing', async () => {
    client.send({ type: 'session.start', audio: MONO });
    await client.message('session.started');
    const leg = server.analyser.legs[0];
    assert.ok(leg);
    let catchUp = () => {};
    leg.drainGate = new Promise((resolve) => {
      catchUp = resolve;
    });
    leg.pendingMs = 6000;
    for (let message = 0; message < 50; message += 1) {
      client.sendBinary(Buffer.alloc(32_000, message));
    }
    client.send({ type: 'session.end' });
    await pausedSenders(server);
    assert.equal(leg.bytes.length, 0);
    catchUp();
    await client.message('session.ended');
    const sent = Array.from({ length: 50 }, (_, message) => Buffer.alloc(32_000, message));
    assert.deepEqual(leg.bytes, Buffer.concat(sent));
  });

  it('ends a call whose socket closes without session.end as disconnected', async () => {
    client.send({ type: 'session.start', audio: MONO, callId: 'gone' });
    await client.message('session.started');
    client.close();
    const ended = await server.event('call.ended', 'gone');
    assert.equal(ended.data.reason, 'disconnected');
  });

  it('announces no call whose legs cannot be opened, and lets its id go', async () => {
    server.analyser.failOpening = new TonewireError('TW_ENGINE_FAILED');
    client.send({ type: 'session.start', audio: MONO, callId: 'again' });
    assert.equal((await client.message('error')).code, 'TW_ENGINE_FAILED');
    assert.deepEqual(server.events, []);
    server.analyser.failOpening = undefined;
    const second = await WsClient.open(server.ws('/v1/stream'));
    second.send({ type: 'session.start', audio: MONO, callId: 'again' });
    await second.message('session.started');
  });

  it('sums up from what is known a leg that fails at its end', async () => {
    client.send({ type: 'session.start', audio: MONO, callId: 'half' });
    await client.message('session.started');
    const leg = server.analyser.legs[0];
    assert.ok(leg);
    leg.failEnd = new TonewireError('TW_ENGINE_FAILED');
    client.sendBinary(Buffer.alloc(6400));
    client.send({ type: 'session.end' });
    assert.equal((await client.message('error')).code, 'TW_ENGINE_FAILED');
    const ended = await server.event('call.ended', 'half');
    assert.equal(ended.data.reason, 'TW_ENGINE_FAILED');
    assert.deepEqual(ended.data.legs, [
      {
        leg: 'customer',
        analysed: true,
        audioMs: 200,
        speechMs: 200,
        updates: 2,
        gapMs: 0,
        dominant: 'listening',
        meanProbabilities: null,
      },
    ]);
    assert.equal(leg.aborted, true);
  });

  it('closes the socket and lets the id go of a call that cannot even be summed up', async () => {
    client.send({ type: 'session.start', audio: MONO, callId: 'stuck' });
    await client.message('session.started');
    const leg = server.analyser.legs[0];
    assert.ok(leg);
    leg.failEnd = new Error('the engine broke');
    leg.failAbort = new Error('and could not be stopped');
    client.send({ type: 'session.end' });
    assert.equal((await client.message('error')).code, 'TW_INTERNAL');
    assert.equal((await client.closed).code, 4500);
    const second = await WsClient.open(server.ws('/v1/stream'));
    second.send({ type: 'session.start', audio: MONO, callId: 'stuck' });
    await second.message('session.started');
  });

  it('cuts off a sender that does not read what it is told', async () => {
    client.send({ type: 'session.start', audio: MONO, callId: 'unread' });
    await client.message('session.started');
    client.socket.pause();
    const ended = server.event('call.ended', 'unread');
    let running = true;
    void ended.then(() => {
      running = false;
    });
    while (running) {
      for (let second = 0; second < 20; second += 1) client.sendBinary(Buffer.alloc(64_000));
      await (await fetch(`${server.url}/healthz`)).text();
    }
    assert.equal((await ended).data.reason, 'TW_SLOW_CONSUMER');
  });

  it('ends a call with the coded reason when its leg fails, and leaves the other call alone', async () => {
    const other = await WsClient.open(server.ws('/v1/stream'));
    client.send({ type: 'session.start', audio: MONO, callId: 'broken' });
    await client.message('session.started');
    other.send({ type: 'session.start', audio: MONO, callId: 'healthy' });
    await other.message('session.started');
    const leg = server.analyser.legs[0];
    assert.ok(leg);
    leg.failNextPush = new Error('the engine broke');
    client.sendBinary(Buffer.alloc(320));
    const error = await client.message('error');
    assert.equal(error.code, 'TW_INTERNAL');
    assert.equal((await client.closed).code, 4500);
    assert.equal((await server.event('call.ended', 'broken')).data.reason, 'TW_INTERNAL');
    other.sendBinary(Buffer.alloc(3200));
    await other.message('emotion.updated');
    other.send({ type: 'session.end' });
    assert.equal((await other.message('session.ended')).reason, 'stopped');
  });
});

/** Waits until the gateway counts a sender that it made to wait. */
async function pausedSenders(server: TestServer): Promise<void> {
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  if (/backpressure_pauses_total\{source="app"\} 1/.test(metrics)) return;
  return pausedSenders(server);
}
