import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { SignJWT } from 'jose';
import { startTestServer, stopTestServers, type TestServer } from '../helpers/start-test-server.ts';
import { refusedUpgrade, WsClient } from '../helpers/ws-client.ts';

const APP_KEY = 'app-key-0000000000001';
const DESK_KEY = 'desk-key-000000000001';
const SECRET = 'a-secret-of-more-than-thirty-two-characters';
const PAGE = 'https://app.example.com';
const KEYS = {
  'auth.tokenSecret': SECRET,
  'auth.apiKeys': [
    { id: 'app', key: APP_KEY, permissions: ['stream'] },
    { id: 'desk', key: DESK_KEY, permissions: ['events'] },
  ],
};
const START = {
  type: 'session.start',
  audio: { encoding: 'pcm_s16le', sampleRateHz: 16_000, channels: 1 },
};

const bearer = (credential: string) => ({ authorization: `Bearer ${credential}` });

describe('access tokens', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await startTestServer(KEYS);
  });

  afterEach(stopTestServers);

  const ask = (body: unknown, credential = APP_KEY) =>
    fetch(`${server.url}/v1/tokens`, {
      method: 'POST',
      headers: { ...bearer(credential), 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  async function token(body: Record<string, unknown>, key = APP_KEY): Promise<string> {
    const response = await ask(body, key);
    assert.equal(response.status, 201);
    return ((await response.json()) as { token: string }).token;
  }

  async function codeOf(response: Response): Promise<string> {
    return ((await response.json()) as { error: { code: string } }).error.code;
  }

  const knock = (credential: string, headers: Record<string, string> = {}) =>
    refusedUpgrade(server.ws('/v1/stream'), { headers: { ...bearer(credential), ...headers } });

  it('open the stream as a bearer, in the query or as a subprotocol, which is not echoed', async () => {
    const jwt = await token({ use: 'stream' });
    await WsClient.open(server.ws('/v1/stream'), [], { headers: bearer(jwt) });
    await WsClient.open(server.ws(`/v1/stream?token=${jwt}`));
    const browser = await WsClient.open(server.ws('/v1/stream'), ['tonewire.v1', `token.${jwt}`]);
    assert.equal(browser.socket.protocol, 'tonewire.v1');
  });

  it('open the feed when they are for the desk', async () => {
    const jwt = await token({ use: 'desk' }, DESK_KEY);
    const response = await fetch(`${server.url}/v1/events`, { headers: bearer(jwt) });
    assert.equal(response.status, 200);
    await response.body?.cancel();
    await WsClient.open(server.ws('/v1/events'), ['tonewire.v1', `token.${jwt}`]);
  });

  it('say when they expire, and are kept by no cache', async () => {
    const response = await ask({ use: 'stream', lifetimeMs: 60_000 });
    const { expiresAt } = (await response.json()) as { expiresAt: string };
    const leftMs = new Date(expiresAt).getTime() - Date.now();
    assert.ok(leftMs > 50_000 && leftMs <= 60_000, `${leftMs}`);
    assert.equal(response.headers.get('cache-control'), 'no-store');
  });

  it('are given to a key only for what it may do itself', async () => {
    assert.equal((await ask({ use: 'desk' }, APP_KEY)).status, 403);
    assert.equal((await ask({ use: 'stream' }, DESK_KEY)).status, 403);
    assert.equal((await ask({ use: 'stream' }, 'wrong-key-00000000001')).status, 401);
  });

  it('buy no further tokens', async () => {
    const response = await ask({ use: 'stream' }, await token({ use: 'stream' }));
    assert.deepEqual([response.status, await codeOf(response)], [401, 'TW_UNAUTHORIZED']);
  });

  for (const [what, body] of [
    ['no use', {}],
    ['an unknown use', { use: 'everything' }],
    ['an unknown field', { use: 'stream', admin: true }],
    ['an origin with a path', { use: 'stream', origin: 'https://app.example.com/page' }],
    ['a lifetime above the bound', { use: 'stream', lifetimeMs: 3_600_001 }],
    ['a role for a stream', { use: 'stream', role: 'supervisor' }],
    ['legs that nobody has', { use: 'stream', legs: ['boss'] }],
    ['a list instead of an object', []],
  ] as const) {
    it(`are refused to a wish with ${what}`, async () => {
      const response = await ask(body);
      assert.deepEqual([response.status, await codeOf(response)], [400, 'TW_BAD_MESSAGE']);
    });
  }

  it('are refused to a body of another kind or size', async () => {
    const post = (body: string, type: string) =>
      fetch(`${server.url}/v1/tokens`, {
        method: 'POST',
        headers: { ...bearer(APP_KEY), 'content-type': type },
        body,
      });
    assert.equal((await post('use=stream', 'application/x-www-form-urlencoded')).status, 400);
    assert.equal((await post('{"use":', 'application/json')).status, 400);
    assert.equal((await post(`"${'x'.repeat(5000)}"`, 'application/json')).status, 413);
  });

  it('of one use do not open the other', async () => {
    const stream = await token({ use: 'stream' });
    const desk = await token({ use: 'desk' }, DESK_KEY);
    assert.deepEqual(await knock(desk), { status: 403, code: 'TW_FORBIDDEN' });
    const events = await fetch(`${server.url}/v1/events`, { headers: bearer(stream) });
    assert.equal(events.status, 403);
  });

  it('bound to a page are for that page alone', async () => {
    const jwt = await token({ use: 'stream', origin: PAGE });
    const url = server.ws('/v1/stream');
    await WsClient.open(url, [], { headers: bearer(jwt), origin: PAGE });
    for (const origin of ['https://evil.example.com', 'http://app.example.com', `${PAGE}:444`]) {
      assert.deepEqual(await knock(jwt, { origin }), { status: 403, code: 'TW_FORBIDDEN' });
    }
    assert.equal((await knock(jwt)).status, 403, 'without an origin');
  });

  it('bound to no page are for programs and our own pages', async () => {
    const jwt = await token({ use: 'stream' });
    assert.equal((await knock(jwt, { origin: PAGE })).status, 403);
    assert.equal((await knock(jwt, { origin: 'null' })).status, 403);
    const own = { headers: bearer(jwt), origin: server.url };
    await WsClient.open(server.ws('/v1/stream'), [], own);
  });

  it('bound to the gateway itself take a request of its own page, which names no origin', async () => {
    const jwt = await token({ use: 'desk', origin: server.url }, DESK_KEY);
    const get = (headers: Record<string, string>) =>
      fetch(`${server.url}/v1/events`, { method: 'HEAD', headers: { ...bearer(jwt), ...headers } });
    assert.equal((await get({})).status, 403);
    // fetch overwrites this header with its own word, so the socket says it.
    const page = { ...bearer(jwt), 'sec-fetch-site': 'same-origin' };
    await WsClient.open(server.ws('/v1/events'), [], { headers: page });
  });

  it('bound to legs start no call with another', async () => {
    const jwt = await token({ use: 'stream', legs: ['customer'] });
    const client = await WsClient.open(server.ws('/v1/stream'), [], { headers: bearer(jwt) });
    client.send({ ...START, legs: ['agent'] });
    assert.deepEqual(await client.closed, { code: 4403, reason: 'TW_FORBIDDEN' });
    const lawful = await WsClient.open(server.ws('/v1/stream'), [], { headers: bearer(jwt) });
    lawful.send(START);
    await lawful.message('session.started');
  });

  describe('that an attacker made', () => {
    const CLAIMS = { iss: 'tonewire', aud: 'stream', sub: 'app', role: 'viewer' };
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;

    const refused = async (jwt: string) =>
      assert.deepEqual(await knock(jwt), { status: 401, code: 'TW_UNAUTHORIZED' });

    it('are refused without a signature', async () => {
      const head = part({ alg: 'none' });
      await refused(`${head}.${part({ ...CLAIMS, exp: inAnHour() })}.`);
    });

    it('are refused under another algorithm, though the secret be known', async () => {
      const signed = `${part({ alg: 'HS512' })}.${part({ ...CLAIMS, exp: inAnHour() })}`;
      const mac = createHmac('sha512', SECRET).update(signed).digest('base64url');
      await refused(`${signed}.${mac}`);
    });

    it('are refused under another secret', async () => {
      const key = Buffer.from('another-secret-of-thirty-two-characters');
      await refused(
        await new SignJWT({ ...CLAIMS, exp: inAnHour() })
          .setProtectedHeader({ alg: 'HS256' })
          .sign(key),
      );
    });

    it('are refused once their claims were changed', async () => {
      const [head, , mac] = (await token({ use: 'stream', legs: ['customer'] })).split('.');
      await refused(`${head}.${part({ ...CLAIMS, exp: inAnHour() })}.${mac}`);
    });

    it('are refused when they never expire, or have expired', async () => {
      const sign = (claims: Record<string, unknown>) =>
        new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(SECRET));
      await refused(await sign(CLAIMS));
      await refused(await sign({ ...CLAIMS, exp: Math.floor(Date.now() / 1000) - 1 }));
    });

    it('are refused from another issuer', async () => {
      const claims = { ...CLAIMS, iss: 'somebody', exp: inAnHour() };
      const jwt = new SignJWT(claims).setProtectedHeader({ alg: 'HS256' });
      await refused(await jwt.sign(Buffer.from(SECRET)));
    });
  });

  it('are void after a restart where no secret is set', async () => {
    const { 'auth.tokenSecret': _, ...forgetful } = KEYS;
    server = await startTestServer(forgetful);
    const jwt = await token({ use: 'stream' });
    await WsClient.open(server.ws('/v1/stream'), [], { headers: bearer(jwt) });
    server = await startTestServer(forgetful);
    assert.equal((await knock(jwt)).status, 401);
  });

  it('work on an open gateway too, and narrow what their bearer may do', async () => {
    server = await startTestServer();
    const jwt = await token({ use: 'stream', legs: ['customer'] }, 'none');
    const client = await WsClient.open(server.ws('/v1/stream'), ['tonewire.v1', `token.${jwt}`]);
    client.send({ ...START, legs: ['agent'] });
    assert.equal((await client.closed).code, 4403);
  });
});

describe('pages of other origins', () => {
  afterEach(stopTestServers);

  const preflight = (server: TestServer, path: string, origin: string) =>
    fetch(`${server.url}${path}`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization',
      },
    });

  it('may read the feed when they are listed, and nothing else', async () => {
    const server = await startTestServer({ ...KEYS, 'auth.allowedOrigins': [PAGE] });
    const allowed = await preflight(server, '/v1/events', PAGE);
    assert.equal(allowed.headers.get('access-control-allow-origin'), PAGE);
    assert.equal(allowed.headers.get('access-control-allow-credentials'), null);
    const stranger = await preflight(server, '/v1/events', 'https://evil.example.com');
    assert.equal(stranger.headers.get('access-control-allow-origin'), null);
    const tokens = await preflight(server, '/v1/tokens', PAGE);
    assert.equal(tokens.headers.get('access-control-allow-origin'), null);
  });

  it('that are listed may use tokens which are bound to no page', async () => {
    const server = await startTestServer({ ...KEYS, 'auth.allowedOrigins': [PAGE] });
    const response = await fetch(`${server.url}/v1/tokens`, {
      method: 'POST',
      headers: { ...bearer(APP_KEY), 'content-type': 'application/json' },
      body: '{"use":"stream"}',
    });
    const { token } = (await response.json()) as { token: string };
    const page = { headers: bearer(token), origin: PAGE };
    await WsClient.open(server.ws('/v1/stream'), [], page);
  });
});
