import assert from 'node:assert/strict';
import { type AnyEvent, type ConnectOptions, connect, TonewireError } from '../../src/sdk/node.ts';
import { Network } from '../helpers/network.ts';
import { startTestServer, stopTestServers, type TestServer } from '../helpers/start-test-server.ts';
import { WsClient } from '../helpers/ws-client.ts';

const SAMPLES_PER_MS = 16;
const audio = (ms: number, value = 1) => new Int16Array(ms * SAMPLES_PER_MS).fill(value);
const KEY = 'app-key-0000000000001';

describe('connect', () => {
  let server: TestServer;
  let network: Network;
  let networks: Network[] = [];

  const serve = async (flags: Record<string, unknown> = {}) => {
    server = await startTestServer(flags);
    network = await Network.before(server.url);
    networks.push(network);
  };

  beforeEach(() => serve());

  afterEach(async () => {
    for (const each of networks) each.close();
    networks = [];
    await stopTestServers();
  });

  const open = (options: Partial<ConnectOptions> = {}) => connect({ url: network.url, ...options });

  /** The next time this is told. */
  const told = (stream: Awaited<ReturnType<typeof open>>, name: 'resumed' | 'reconnecting') =>
    new Promise<unknown>((resolve) => stream.on(name, resolve));

  async function fails(code: string, work: Promise<unknown>, words = /./): Promise<void> {
    await assert.rejects(work, (error) => {
      assert.ok(error instanceof TonewireError, String(error));
      assert.equal(error.code, code, error.message);
      assert.match(error.message, words);
      return true;
    });
  }

  it('opens a call, hears its events in order, and ends with its totals', async () => {
    const stream = await open({
      callId: 'call-1',
      metadata: { queue: 'billing' },
      consent: 'given',
    });
    assert.deepEqual(
      [stream.callId, stream.model, stream.legs],
      ['call-1', 'fake-v1', [{ leg: 'customer', analysed: true }]],
    );
    await stream.send(audio(250));
    const totals = await stream.end();
    const types: string[] = [];
    for await (const event of stream) types.push(event.type);
    assert.deepEqual(types, ['call.started', 'emotion.updated', 'emotion.updated', 'call.ended']);
    assert.deepEqual([totals.reason, totals.durationMs, totals.events], ['stopped', 250, 4]);
    const started = await server.event('call.started');
    assert.deepEqual(started.data.metadata, { queue: 'billing' });
  });

  it('tells listeners by name, from the first event on, each listener once', async () => {
    const stream = await open();
    const heard: string[] = [];
    const listener = (event: AnyEvent) => void heard.push(event.type);
    stream.on('event', listener);
    stream.on('event', listener);
    const stop = stream.on('emotion.updated', ({ data }) => void heard.push(data.label));
    await stream.send(audio(100));
    await server.event('emotion.updated');
    await new Promise<void>((resolve) => stream.on('emotion.updated', () => resolve()));
    stop();
    await stream.send(audio(100));
    await stream.end();
    assert.deepEqual(heard, [
      'call.started',
      'neutral',
      'emotion.updated',
      'emotion.updated',
      'call.ended',
    ]);
  });

  for (const [what, samples] of [
    ['whole numbers', Int16Array.of(0, 256, -2, 32_767)],
    ['numbers in −1..1, clipped', Float32Array.of(0, 256 / 32_767, -2 / 32_767, 1.5)],
    ['bytes', Uint8Array.of(0, 0, 0, 1, 254, 255, 255, 127)],
  ] as const) {
    it(`sends samples as ${what}`, async () => {
      const stream = await open();
      await stream.send(samples);
      await stream.end();
      const [leg] = server.analyser.legs;
      assert.deepEqual([...(leg?.bytes ?? [])], [0, 0, 0, 1, 254, 255, 255, 127]);
    });
  }

  it('copies what it is given, cuts it to the size of a message, and joins a sample cut in two', async () => {
    const stream = await open({ maxMessageBytes: 4096 });
    const samples = new Uint8Array(20_001).fill(7);
    const sent = stream.send(samples);
    samples.fill(9);
    await sent;
    await stream.send(Uint8Array.of(7));
    await stream.end();
    const { received, bytes } = server.analyser.legs[0]!;
    assert.ok(received.every((piece) => piece.length <= 4096));
    assert.equal(bytes.length, 20_002);
    assert.ok(bytes.every((byte) => byte === 7));
  });

  it('takes bytes only where the call is in mu-law', async () => {
    const stream = await open({ audio: { encoding: 'mulaw', sampleRateHz: 8000 } });
    await fails('TW_UNSUPPORTED_AUDIO', stream.send(audio(20)));
    await stream.send(new Uint8Array(160));
    assert.equal((await stream.end()).durationMs, 20);
  });

  it('is over when its scope is left, by `await using`', async () => {
    {
      await using stream = await open();
      await stream.send(audio(100));
    }
    assert.equal((await server.event('call.ended')).data.reason, 'stopped');
  });

  it('hangs up when its signal aborts, before or during the call', async () => {
    const before = AbortSignal.abort(new RangeError('not now'));
    await assert.rejects(open({ signal: before }), RangeError);
    const controller = new AbortController();
    const stream = await open({ signal: controller.signal });
    const read = (async () => {
      for await (const event of stream) void event;
    })();
    controller.abort(new RangeError('enough'));
    await assert.rejects(read, /enough/);
    await assert.rejects(stream.send(audio(20)), /enough/);
    await assert.rejects(stream.end(), /enough/);
    assert.equal((await server.event('call.ended')).data.reason, 'disconnected');
  });

  it('says why it could not connect', async () => {
    await fails('TW_CONNECT_FAILED', open({ url: 'http://127.0.0.1:1' }), /cannot be reached/);
    await fails('TW_UNSUPPORTED_AUDIO', open({ audio: { sampleRateHz: 7 as 8000 } }));
    await serve({ 'auth.apiKeys': [{ id: 'app', key: KEY }] });
    await fails('TW_UNAUTHORIZED', open(), /missing or wrong/);
    await fails('TW_UNAUTHORIZED', open({ token: 'eyJh.eyJh.AAAA' }), /expired/);
    await serve({ 'limits.maxConnections': 1 });
    await using _ = await open();
    await fails('TW_TOO_MANY_CONNECTIONS', open());
  });

  it('takes an API key, a token, or a function that fetches one', async () => {
    await serve({ 'auth.apiKeys': [{ id: 'app', key: KEY }] });
    await (await open({ token: KEY })).end();
    const token = async () => {
      const response = await fetch(`${server.url}/v1/tokens`, {
        method: 'POST',
        headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
        body: '{"use":"stream"}',
      });
      return ((await response.json()) as { token: string }).token;
    };
    await (await open({ token: await token() })).end();
    await (await open({ token })).end();
  });

  it('rejects everything with the error that ended the call', async () => {
    const stream = await open();
    server.analyser.legs[0]!.failNextPush = new Error('broken');
    const read = (async () => {
      for await (const event of stream) void event;
    })();
    void stream.send(audio(100)).catch(() => undefined);
    await fails('TW_INTERNAL', stream.end());
    await fails('TW_INTERNAL', read);
    await fails('TW_INTERNAL', stream.send(audio(100)));
  });

  describe('where the gateway is slow', () => {
    it('lets the sender wait, and loses nothing', async () => {
      const stream = await open({ maxBufferedMs: 1000 });
      const [leg] = server.analyser.legs;
      let drain: () => void = () => undefined;
      leg!.drainGate = new Promise<void>((resolve) => {
        drain = resolve;
      });
      leg!.pendingMs = 60_000;
      let waiting = true;
      const sent = (async () => {
        for (let i = 0; i < 20; i += 1) await stream.send(audio(100));
        waiting = false;
      })();
      await new Promise<void>((resolve) => setTimeout(resolve, 50).unref());
      assert.ok(waiting && stream.bufferedMs <= 1000, `${waiting}, ${stream.bufferedMs}`);
      drain();
      await sent;
      assert.deepEqual([(await stream.end()).durationMs, stream.droppedMs], [2000, 0]);
    });

    it('drops the oldest audio of a sender that does not wait, and the gateway reports the gap', async () => {
      const stream = await open({ maxBufferedMs: 1000 });
      network.freeze();
      for (let i = 0; i < 30; i += 1) void stream.send(audio(100, i)).catch(() => undefined);
      assert.ok(stream.bufferedMs <= 1000);
      assert.equal(stream.droppedMs, 2000);
      network.cut();
      const totals = await stream.end();
      assert.equal(totals.durationMs, 3000);
      const gaps = [{ missingSamples: 2000 * SAMPLES_PER_MS, cause: 'missing' }];
      assert.deepEqual(server.analyser.legs[0]?.gaps, gaps);
      assert.equal(stream.bufferedMs, 0);
    });

    it('rejects instead where it is told to', async () => {
      const stream = await open({ maxBufferedMs: 1000, whenFull: 'reject' });
      network.freeze();
      const sent = Array.from({ length: 11 }, () => stream.send(audio(100)));
      for (const one of sent) one.catch(() => undefined);
      await fails('TW_SEND_BUFFER_FULL', sent.at(-1)!);
      network.cut();
      assert.equal((await stream.end()).durationMs, 1000);
    });
  });

  describe('when the socket is lost', () => {
    it('comes back by itself, and nobody notices but by the notices', async () => {
      const stream = await open({ reconnect: { firstDelayMs: 1 } });
      const heard: number[] = [];
      stream.on('event', ({ sequence }) => void heard.push(sequence));
      const reconnecting = told(stream, 'reconnecting');
      const resumed = told(stream, 'resumed');
      for (let i = 0; i < 10; i += 1) {
        await stream.send(audio(100));
        if (i === 4) network.cut();
      }
      await reconnecting;
      await resumed;
      const totals = await stream.end();
      assert.equal(totals.durationMs, 1000);
      assert.deepEqual(server.analyser.legs[0]?.gaps, []);
      assert.deepEqual(heard, [...Array(12).keys()]);
      assert.equal(server.analyser.legs.length, 1);
      assert.equal(stream.lostEvents, 0);
    });

    it('keeps trying while the network is down, each time a bit later, and says why', async () => {
      const stream = await open({ reconnect: { firstDelayMs: 1, maxDelayMs: 4 } });
      const waits: { attempt: number; delayMs: number; reason: TonewireError }[] = [];
      const third = new Promise<void>((resolve) => {
        stream.on('reconnecting', (wait) => {
          waits.push(wait);
          if (wait.attempt === 3) resolve();
        });
      });
      network.goDown();
      await third;
      network.comeUp();
      await stream.send(audio(100));
      assert.equal((await stream.end()).durationMs, 100);
      assert.deepEqual(
        waits.slice(0, 3).map(({ attempt }) => attempt),
        [1, 2, 3],
      );
      assert.ok(waits.every(({ delayMs }) => delayMs <= 4));
      assert.match(waits[1]!.reason.message, /cannot be reached/);
    });

    it('gives up a socket that is silent for two signs of life', async () => {
      const stream = await open({ keepAliveMs: 30, reconnect: { firstDelayMs: 1 } });
      await stream.send(audio(100));
      network.freeze();
      await told(stream, 'resumed');
      await stream.send(audio(100));
      assert.equal((await stream.end()).durationMs, 200);
    });

    it('fails with the reason when the call is gone', async () => {
      await serve({ 'limits.maxParkedCalls': 1 });
      const first = await open({ reconnect: { firstDelayMs: 400 } });
      const second = await open({ reconnect: { firstDelayMs: 400 } });
      network.cut();
      const outcomes = await Promise.allSettled([first.end(), second.end()]);
      const failed = outcomes.filter(({ status }) => status === 'rejected');
      assert.equal(failed.length, 1);
      assert.match(String((failed[0] as PromiseRejectedResult).reason), /no such call to resume/);
    });

    it('fails at once where it is not to come back, or cannot', async () => {
      const stream = await open({ reconnect: false });
      network.cut();
      await fails('TW_CONNECT_FAILED', stream.end(), /was lost/);
      await serve({ 'limits.resumeWindowMs': 0 });
      const other = await open();
      network.cut();
      await fails('TW_CONNECT_FAILED', other.end(), /was lost/);
    });

    it('stops trying after so many attempts', async () => {
      const stream = await open({ reconnect: { firstDelayMs: 1, maxAttempts: 2 } });
      network.goDown();
      await fails('TW_CONNECT_FAILED', stream.end(), /cannot be reached/);
    });

    it('asks for a fresh token for each socket', async () => {
      await serve({ 'auth.apiKeys': [{ id: 'app', key: KEY }] });
      let asked = 0;
      const token = () => {
        asked += 1;
        return KEY;
      };
      const stream = await open({ token, reconnect: { firstDelayMs: 1 } });
      network.cut();
      await told(stream, 'resumed');
      await stream.end();
      assert.equal(asked, 2);
    });

    it('does not fight for a call that another socket has taken over', async () => {
      const tapped = new Promise<string>((resolve) => {
        network.onText = (text) => {
          const token = /"resumeToken":"([^"]+)"/.exec(text)?.[1];
          if (token) resolve(token);
        };
      });
      const stream = await open();
      const other = await WsClient.open(server.ws('/v1/stream'), ['tonewire.v1']);
      other.send({ type: 'session.resume', resumeToken: await tapped });
      await fails('TW_TAKEN_OVER', stream.end());
      assert.equal(network.connections, 1);
    });
  });
});
