import assert from 'node:assert/strict';
import { once } from 'node:events';
import { startTestServer, stopTestServers, type TestServer } from '../helpers/start-test-server.ts';
import { type Received, WsClient } from '../helpers/ws-client.ts';

const START = {
  type: 'session.start',
  audio: { encoding: 'pcm_s16le', sampleRateHz: 16_000, channels: 1 },
};
const SAMPLES_PER_MS = 16;
const BYTES_PER_SAMPLE = 2;

const audio = (ms: number) => Buffer.alloc(ms * SAMPLES_PER_MS * BYTES_PER_SAMPLE, 1);
const sequences = (client: WsClient) =>
  client.received.filter((message) => 'specversion' in message).map(({ sequence }) => sequence);

describe('a call whose socket is lost', () => {
  let server: TestServer;

  const serve = async (flags: Record<string, unknown> = {}) => {
    server = await startTestServer({ 'limits.resumeWindowMs': 60_000, ...flags });
  };

  beforeEach(() => serve());

  afterEach(stopTestServers);

  const connect = () => WsClient.open(server.ws('/v1/stream'), ['tonewire.v1']);

  /** Starts a call, lets it hear this much, and waits until it has. */
  async function call(heardMs: number, start: object = START) {
    const client = await connect();
    client.send(start);
    const started = await client.message('session.started');
    client.sendBinary(audio(heardMs));
    await settled(client);
    return { client, started, token: started.resumeToken as string };
  }

  /** A pong follows whatever was sent before its ping. */
  async function settled(client: WsClient): Promise<void> {
    const pongs = client.received.filter(({ type }) => type === 'pong').length;
    client.send({ type: 'ping' });
    while (client.received.filter(({ type }) => type === 'pong').length === pongs) {
      await once(client.socket, 'message');
    }
  }

  /** Loses the socket, as a network does, and waits until the gateway has noticed. */
  async function lose(client: WsClient, parked = 1): Promise<void> {
    client.socket.terminate();
    await gauge('tonewire_parked_calls', parked);
  }

  async function gauge(name: string, value: number): Promise<void> {
    while ((await metric(name)) !== value) await new Promise((resolve) => setImmediate(resolve));
  }

  async function metric(name: string): Promise<number> {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    return Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.split(' ')[1] ?? 0,
    );
  }

  async function resume(token: string, more: object = {}): Promise<[WsClient, Received]> {
    const client = await connect();
    client.send({ type: 'session.resume', resumeToken: token, ...more });
    return [client, await client.message('session.resumed')];
  }

  it('goes on where it was: position, legs, events and totals', async () => {
    const { client, started, token } = await call(250);
    await lose(client);
    const [back, resumed] = await resume(token, { nextSequence: 3 });
    assert.deepEqual(resumed, {
      type: 'session.resumed',
      callId: started.callId,
      positionSamples: 250 * SAMPLES_PER_MS,
      lostEvents: 0,
    });
    back.sendBinary(audio(150));
    back.send({ type: 'session.end' });
    const ended = await back.message('session.ended');
    assert.deepEqual(sequences(client), [0, 1, 2]);
    assert.deepEqual(sequences(back), [3, 4, 5]);
    const { durationMs, legs } = ended.totals as { durationMs: number; legs: object[] };
    assert.deepEqual([durationMs, legs.length], [400, 1]);
    assert.equal(server.events.filter(({ type }) => type === 'call.started').length, 1);
    assert.deepEqual(server.analyser.legs.length, 1);
    assert.deepEqual(server.analyser.legs[0]?.gaps, []);
  });

  it('reports what its sender no longer has as a gap', async () => {
    const { client, token } = await call(100);
    await lose(client);
    const [back, resumed] = await resume(token, {
      positionSamples: 180 * SAMPLES_PER_MS,
      nextSequence: 2,
    });
    assert.equal(resumed.positionSamples, 180 * SAMPLES_PER_MS);
    const gap = await back.message('audio.gap');
    const { span, cause } = gap.data as { span: object; cause: string };
    assert.deepEqual([span, cause], [{ startMs: 100, endMs: 180 }, 'disconnected']);
  });

  it('tells again what was missed, and counts what is kept no more', async () => {
    await serve({ 'limits.maxResumeEvents': 4 });
    const { client, token } = await call(1000);
    await lose(client);
    const [back, resumed] = await resume(token, { nextSequence: 2 });
    await settled(back);
    assert.equal(resumed.lostEvents, 5);
    assert.deepEqual(sequences(back), [7, 8, 9, 10]);
  });

  it('tells everything again to who does not say what it has', async () => {
    const { client, token } = await call(200);
    await lose(client);
    const [back] = await resume(token);
    await settled(back);
    assert.deepEqual(sequences(back), [0, 1, 2]);
  });

  it('waits until what came before has been heard', async () => {
    const { client, token } = await call(0);
    const leg = server.analyser.legs[0];
    assert.ok(leg);
    let open: () => void = () => undefined;
    leg.drainGate = new Promise<void>((resolve) => {
      open = resolve;
    });
    leg.pendingMs = 5000;
    client.sendBinary(audio(100));
    client.sendBinary(audio(100));
    await gauge('tonewire_backpressure_pauses_total{source="app"}', 1);
    await lose(client);
    const back = await connect();
    back.send({ type: 'session.resume', resumeToken: token });
    await gauge('tonewire_parked_calls', 0);
    assert.deepEqual(back.received, []);
    open();
    const { positionSamples } = await back.message('session.resumed');
    assert.ok((positionSamples as number) >= 100 * SAMPLES_PER_MS);
  });

  it('hears a sample that was cut in two by the loss once, and whole', async () => {
    const { client, token } = await call(0);
    client.sendBinary(Buffer.from([1, 2, 3]));
    await settled(client);
    await lose(client);
    const [back, { positionSamples }] = await resume(token);
    assert.equal(positionSamples, 1);
    back.sendBinary(Buffer.from([3, 4]));
    await settled(back);
    assert.deepEqual([...(server.analyser.legs[0]?.bytes ?? [])], [1, 2, 3, 4]);
  });

  it('keeps both legs together', async () => {
    const stereo = { ...START, audio: { ...START.audio, channels: 2 } };
    const { client, token } = await call(100, stereo);
    await lose(client);
    const [back, { positionSamples }] = await resume(token);
    assert.equal(positionSamples, 50 * SAMPLES_PER_MS);
    back.sendBinary(audio(100));
    back.send({ type: 'session.end' });
    const { totals } = await back.message('session.ended');
    const { legs } = totals as { legs: { audioMs: number }[] };
    assert.deepEqual(
      legs.map(({ audioMs }) => audioMs),
      [100, 100],
    );
  });

  it('is taken over by a second socket, and the first is told', async () => {
    const { client, token } = await call(100);
    const [back, { positionSamples }] = await resume(token);
    assert.equal(positionSamples, 100 * SAMPLES_PER_MS);
    assert.deepEqual(await client.closed, { code: 4409, reason: 'TW_TAKEN_OVER' });
    back.sendBinary(audio(100));
    back.send({ type: 'session.end' });
    await back.message('session.ended');
    assert.equal((await back.closed).code, 1000);
    assert.equal(server.events.filter(({ type }) => type === 'call.ended').length, 1);
  });

  it('can be lost and resumed again', async () => {
    const { client, token } = await call(100);
    await lose(client);
    const [second] = await resume(token);
    second.sendBinary(audio(100));
    await settled(second);
    await lose(second);
    const [third, { positionSamples }] = await resume(token);
    assert.equal(positionSamples, 200 * SAMPLES_PER_MS);
    third.close();
    await server.event('call.ended');
  });

  it('tells its totals to a sender that was away at the end', async () => {
    const { client, token } = await call(100);
    client.send({ type: 'session.end' });
    client.socket.terminate();
    await server.event('call.ended');
    await gauge('tonewire_parked_calls', 1);
    const [back] = await resume(token, { nextSequence: 2 });
    assert.equal((await back.message('session.ended')).reason, 'stopped');
    assert.deepEqual(sequences(back), [2]);
    assert.equal((await back.closed).code, 1000);
  });

  it('is ended when nobody comes back in time, and then there is nothing to resume', async () => {
    await serve({ 'limits.resumeWindowMs': 20 });
    const { client, token } = await call(100);
    client.socket.terminate();
    assert.equal((await server.event('call.ended')).data.reason, 'disconnected');
    const late = await connect();
    late.send({ type: 'session.resume', resumeToken: token });
    assert.deepEqual(await late.closed, { code: 4410, reason: 'TW_RESUME_UNKNOWN' });
  });

  it('makes room for the next when too many are parked, the oldest first', async () => {
    await serve({ 'limits.maxParkedCalls': 1 });
    const first = await call(100, { ...START, callId: 'first' });
    const second = await call(100, { ...START, callId: 'second' });
    await lose(first.client);
    second.client.socket.terminate();
    assert.equal((await server.event('call.ended')).data.callId, 'first');
    assert.equal(await metric('tonewire_resumes_total{outcome="displaced"}'), 1);
    const [, { callId }] = await resume(second.token);
    assert.equal(callId, 'second');
  });

  it('is ended at once when its sender hung up, or where resuming is off', async () => {
    const { client } = await call(100);
    client.close();
    assert.equal((await server.event('call.ended')).data.reason, 'disconnected');
    await serve({ 'limits.resumeWindowMs': 0 });
    const plain = await call(100);
    assert.equal(plain.token, undefined);
    plain.client.socket.terminate();
    await server.event('call.ended');
  });

  it('is ended when the gateway drains, for nobody could come back', async () => {
    const { client } = await call(100);
    await lose(client);
    await server.drain();
    assert.equal((await server.event('call.ended')).data.reason, 'drained');
  });

  it('keeps its bound on duration over all its sockets', async () => {
    await serve({ 'limits.maxCallDurationMs': 1000 });
    const { client, token } = await call(100);
    await lose(client);
    const [back] = await resume(token);
    assert.deepEqual(await back.closed, { code: 4408, reason: 'TW_CALL_DURATION' });
  });

  it('is not found by a guess, and takes no audio before it knows where to go on', async () => {
    const { client, token } = await call(100);
    await lose(client);
    const guess = await connect();
    guess.send({ type: 'session.resume', resumeToken: `${token.slice(0, -1)}_` });
    assert.equal((await guess.closed).code, 4410);
    const hasty = await connect();
    hasty.sendBinary(audio(10));
    assert.deepEqual(await hasty.closed, { code: 4409, reason: 'TW_OUT_OF_ORDER' });
  });

  it('cannot be resumed in the middle of another', async () => {
    const first = await call(100);
    await lose(first.client);
    const second = await call(100);
    second.client.send({ type: 'session.resume', resumeToken: first.token });
    assert.deepEqual(await second.client.closed, { code: 4409, reason: 'TW_OUT_OF_ORDER' });
    await resume(first.token);
  });
});
