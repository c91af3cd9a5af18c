import assert from 'node:assert/strict';
import { startTestServer, stopTestServers } from '../helpers/start-test-server.ts';
import { WsClient } from '../helpers/ws-client.ts';

const KEY = 'app-key-0000000000001';
const KEYS = { 'auth.apiKeys': [{ id: 'app', key: KEY, permissions: ['stream'] }] };

describe('a plain GET of /v1/stream', () => {
  afterEach(stopTestServers);

  const ask = (url: string, key?: string) =>
    fetch(`${url}/v1/stream`, {
      headers: {
        origin: 'https://app.example.com',
        ...(key && { authorization: `Bearer ${key}` }),
      },
    });

  async function codeOf(response: Response): Promise<string> {
    return ((await response.json()) as { error: { code: string } }).error.code;
  }

  it('says whether an upgrade would be accepted, to any page that brings a credential', async () => {
    const { url } = await startTestServer(KEYS);
    const good = await ask(url, KEY);
    assert.equal(good.status, 204);
    assert.equal(good.headers.get('access-control-allow-origin'), '*');
    assert.equal(await codeOf(await ask(url, 'another-key-000000001')), 'TW_UNAUTHORIZED');
    assert.equal(await codeOf(await ask(url)), 'TW_UNAUTHORIZED');
  });

  it('says that a gateway is full', async () => {
    const { url, ws } = await startTestServer({ ...KEYS, 'limits.maxConnections': 1 });
    await WsClient.open(ws('/v1/stream'), [], { headers: { authorization: `Bearer ${KEY}` } });
    assert.equal(await codeOf(await ask(url, KEY)), 'TW_TOO_MANY_CONNECTIONS');
  });
});

describe('audio.skip', () => {
  afterEach(stopTestServers);

  it('says how much audio is missing, which becomes a gap on each leg', async () => {
    const server = await startTestServer({
      'analysis.legs': { agent: { analysed: true, legalBasis: 'A safety study.' } },
    });
    const client = await WsClient.open(server.ws('/v1/stream'), ['tonewire.v1']);
    const audio = { encoding: 'pcm_s16le', sampleRateHz: 16_000, channels: 2 };
    client.send({ type: 'session.start', audio });
    client.sendBinary(Buffer.alloc(6400));
    client.send({ type: 'audio.skip', samples: 1600 });
    client.sendBinary(Buffer.alloc(6400));
    client.send({ type: 'session.end' });
    await client.closed;
    for (const { gaps } of server.analyser.legs) {
      assert.deepEqual(gaps, [{ missingSamples: 1600, cause: 'missing' }]);
    }
    assert.equal((await server.event('call.ended')).data.durationMs, 300);
  });

  it('is refused before a start', async () => {
    const server = await startTestServer();
    const client = await WsClient.open(server.ws('/v1/stream'), ['tonewire.v1']);
    client.send({ type: 'audio.skip', samples: 1 });
    assert.deepEqual(await client.closed, { code: 4409, reason: 'TW_OUT_OF_ORDER' });
  });
});
