import assert from 'node:assert/strict';
import { startTestServer, stopTestServers, type TestServer } from '../helpers/start-test-server.ts';
import { refusedUpgrade, WsClient } from '../helpers/ws-client.ts';

const STREAM_KEY = 'stream-only-key-000001';
const EVENTS_KEY = 'events-only-key-000001';
const KEYS = {
  'auth.apiKeys': [
    { id: 'app', key: STREAM_KEY, permissions: ['stream'] },
    { id: 'desk', key: EVENTS_KEY, permissions: ['events'] },
  ],
};

const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });
const subprotocol = (key: string) => `key.${Buffer.from(key).toString('base64url')}`;

describe('API keys', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await startTestServer(KEYS);
  });

  afterEach(stopTestServers);

  it('open the stream as a bearer token, a query parameter or a subprotocol', async () => {
    await WsClient.open(server.ws('/v1/stream'), ['tonewire.v1'], bearer(STREAM_KEY));
    await WsClient.open(server.ws(`/v1/stream?key=${STREAM_KEY}`));
    const browser = await WsClient.open(server.ws('/v1/stream'), [
      'tonewire.v1',
      subprotocol(STREAM_KEY),
    ]);
    assert.equal(browser.socket.protocol, 'tonewire.v1', 'the key is not echoed');
  });

  it('open the feed with the permission for it', async () => {
    await WsClient.open(server.ws('/v1/events'), [], bearer(EVENTS_KEY));
    const response = await fetch(`${server.url}/v1/events`, bearer(EVENTS_KEY));
    assert.equal(response.status, 200);
    await response.body?.cancel();
  });

  for (const path of ['/v1/stream', '/v1/events']) {
    for (const [what, key] of [
      ['no key', ''],
      ['a wrong key', 'not-the-right-key-0001'],
      ['a key cut short', STREAM_KEY.slice(0, -1)],
    ] as const) {
      it(`that are missing or wrong are refused: ${path} with ${what}`, async () => {
        const options = key === '' ? {} : bearer(key);
        const refused = await refusedUpgrade(server.ws(path), options);
        assert.deepEqual(refused, { status: 401, code: 'TW_UNAUTHORIZED' });
      });
    }
  }

  it('that lack the permission are forbidden', async () => {
    const stream = await refusedUpgrade(server.ws('/v1/stream'), bearer(EVENTS_KEY));
    assert.deepEqual(stream, { status: 403, code: 'TW_FORBIDDEN' });
    const events = await fetch(`${server.url}/v1/events`, bearer(STREAM_KEY));
    assert.equal(events.status, 403);
    assert.match(await events.text(), /"code":"TW_FORBIDDEN"/);
  });

  it('do not use up slots when they are refused', async () => {
    server = await startTestServer({ ...KEYS, 'limits.maxConnections': 1 });
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const refused = await refusedUpgrade(server.ws('/v1/stream'), bearer('wrong-wrong-wrong-'));
      assert.equal(refused.status, 401);
    }
    await WsClient.open(server.ws('/v1/stream'), [], bearer(STREAM_KEY));
  });
});

describe('a gateway without keys on loopback', () => {
  afterEach(stopTestServers);

  it('says that it is open, and takes programs and pages of this machine', async () => {
    const server = await startTestServer();
    assert.equal(server.open, true);
    await WsClient.open(server.ws('/v1/stream'));
    await WsClient.open(server.ws('/v1/events'), [], { origin: 'http://localhost:5173' });
  });

  it('refuses a page of the web that reaches in through the browser', async () => {
    const server = await startTestServer();
    const options = { origin: 'https://evil.example.com' };
    const refused = await refusedUpgrade(server.ws('/v1/events'), options);
    assert.deepEqual(refused, { status: 403, code: 'TW_FORBIDDEN' });
    const rebound = { headers: { host: 'evil.example.com' } };
    assert.equal((await refusedUpgrade(server.ws('/v1/stream'), rebound)).status, 403);
  });
});
