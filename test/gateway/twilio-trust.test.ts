import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import twilio from 'twilio';
import { systemClock } from '../../src/protocol/clock.ts';
import { startTestServer, stopTestServers, type TestServer } from '../helpers/start-test-server.ts';
import { TwilioCall } from '../helpers/twilio-call.ts';
import { refusedUpgrade } from '../helpers/ws-client.ts';

const AUTH_TOKEN = '0123456789abcdef0123456789abcdef';
const ORIGIN = 'https://voice.example.com';
const CALL = 'CA00000000000000000000000000000001';
const OTHER_CALL = 'CA00000000000000000000000000000002';
const EXPOSED = {
  'server.publicOrigin': ORIGIN,
  'twilio.authToken': AUTH_TOKEN,
  'auth.apiKeys': [{ id: 'app', key: 'a-key-of-16-chars-or-more' }],
};

/** Signs as Twilio does, with Twilio's own code. */
function sign(url: string, params: Record<string, string> = {}, token = AUTH_TOKEN): string {
  return twilio.getExpectedTwilioSignature(token, url, params);
}

const signed = (url: string, token = AUTH_TOKEN) => ({
  headers: { 'x-twilio-signature': sign(url, {}, token) },
});

const MEDIA_URL = 'wss://voice.example.com/twilio/media';

describe('the trust in Twilio', () => {
  let server: TestServer;

  beforeEach(async () => {
    server = await startTestServer(EXPOSED);
  });

  afterEach(stopTestServers);

  function post(
    path: string,
    params: Record<string, string>,
    headers: Record<string, string> = {
      'x-twilio-signature': sign(`${ORIGIN}${path}`, params),
    },
  ): Promise<Response> {
    const body = new URLSearchParams(params);
    return fetch(server.url + path, { method: 'POST', body, headers });
  }

  async function orderStream(callSid: string, path = '/twilio/voice'): Promise<string> {
    const response = await post(path, { CallSid: callSid, From: '+15550100' });
    assert.equal(response.status, 200);
    return response.text();
  }

  const tokenIn = (twiml: string) => /name="token" value="([^"]+)"/.exec(twiml)?.[1] ?? '';

  for (const url of [
    MEDIA_URL,
    `${MEDIA_URL}/`,
    'wss://voice.example.com:443/twilio/media',
    'https://voice.example.com/twilio/media',
    'https://voice.example.com:443/twilio/media/',
  ]) {
    it(`accepts an upgrade signed for ${url}`, async () => {
      const token = tokenIn(await orderStream(CALL));
      const call = await TwilioCall.connect(server.ws('/twilio/media'), CALL, signed(url));
      call.start({ customParameters: { token } });
      await server.event('call.started', CALL);
    });
  }

  for (const [what, options] of [
    ['without a signature', {}],
    ['signed with another token', signed(MEDIA_URL, 'f'.repeat(32))],
    ['signed for another host', signed('wss://evil.example.com/twilio/media')],
    ['signed for plain ws', signed('ws://voice.example.com/twilio/media')],
    ['signed for another path', signed('wss://voice.example.com/twilio/voice')],
  ] as const) {
    it(`refuses an upgrade ${what}`, async () => {
      const refused = await refusedUpgrade(server.ws('/twilio/media'), options);
      assert.deepEqual(refused, { status: 401, code: 'TW_UNAUTHORIZED' });
    });
  }

  it('never believes the Host or a forwarded host', async () => {
    const { headers } = signed('wss://evil.example.com/twilio/media');
    const refused = await refusedUpgrade(server.ws('/twilio/media'), {
      headers: { ...headers, host: 'evil.example.com', 'x-forwarded-host': 'evil.example.com' },
    });
    assert.equal(refused.code, 'TW_UNAUTHORIZED');
  });

  it('answers a call with TwiML that streams both tracks here, and does not hang up', async () => {
    const response = await post('/twilio/voice', { CallSid: CALL });
    assert.match(response.headers.get('content-type') ?? '', /^text\/xml/);
    const twiml = await response.text();
    const token = tokenIn(twiml);
    assert.equal(
      twiml,
      '<?xml version="1.0" encoding="UTF-8"?><Response><Start>' +
        `<Stream url="${MEDIA_URL}" statusCallback="${ORIGIN}/twilio/status" track="both_tracks">` +
        `<Parameter name="token" value="${token}"/></Stream></Start>` +
        '<Pause length="14400"/></Response>',
    );
  });

  it('hands the call over with <Connect> where the configuration says so, after its sentence', async () => {
    server = await startTestServer({
      ...EXPOSED,
      'twilio.mode': 'connect',
      'twilio.say': 'This call is analysed.',
    });
    const twiml = await orderStream(CALL);
    assert.match(twiml, /<Response><Say>This call is analysed\.<\/Say><Connect><Stream url=/);
    assert.doesNotMatch(twiml, /track=|<Pause/);
  });

  it('passes on the consent that the voice URL names', async () => {
    const twiml = await orderStream(CALL, '/twilio/voice?consent=given');
    assert.match(twiml, /<Parameter name="consent" value="given"\/>/);
  });

  it('passes on who calls, unless twilio.passCaller is false', async () => {
    assert.match(await orderStream(CALL), /<Parameter name="from" value="\+15550100"\/>/);
    server = await startTestServer({ ...EXPOSED, 'twilio.passCaller': false });
    assert.doesNotMatch(await orderStream(CALL), /15550100/);
  });

  it('refuses a voice request whose form is not the one that was signed', async () => {
    const headers = {
      'x-twilio-signature': sign(`${ORIGIN}/twilio/voice`, { CallSid: CALL }),
    };
    const response = await post('/twilio/voice', { CallSid: OTHER_CALL }, headers);
    assert.equal(response.status, 401);
    const body: { error: { code: string } } = JSON.parse(await response.text());
    assert.equal(body.error.code, 'TW_UNAUTHORIZED');
    assert.equal((await post('/twilio/voice', { CallSid: CALL }, {})).status, 401);
  });

  it('lets a stream in that brings the token of its own call, and keeps the token to itself', async () => {
    const token = tokenIn(await orderStream(CALL));
    const call = await TwilioCall.connect(server.ws('/twilio/media'), CALL, signed(MEDIA_URL));
    call.start({ customParameters: { token, queue: 'billing' } });
    const started = await server.event('call.started', CALL);
    assert.deepEqual(started.data.metadata, { queue: 'billing' });
  });

  it('refuses a stream whose token names another call, is forged, or is missing', async () => {
    const token = tokenIn(await orderStream(OTHER_CALL));
    await orderStream(CALL);
    const forged = `${token.slice(0, -4)}AAAA`;
    for (const customParameters of [{ token }, { token: forged }, { token: 'x' }, {}]) {
      const call = await TwilioCall.connect(server.ws('/twilio/media'), CALL, signed(MEDIA_URL));
      call.start({ customParameters });
      assert.deepEqual(await call.client.closed, { code: 4401, reason: 'TW_UNAUTHORIZED' });
    }
    assert.deepEqual(server.events, []);
  });

  it('refuses a stream without a token for a call that was never ordered here', async () => {
    const call = await TwilioCall.connect(server.ws('/twilio/media'), CALL, signed(MEDIA_URL));
    call.start();
    assert.deepEqual(await call.client.closed, { code: 4401, reason: 'TW_UNAUTHORIZED' });
    assert.deepEqual(server.events, []);
  });

  it('takes a token that the user signed by the recipe of twilio.requireToken', async () => {
    const secret = 'a secret of sixteen or more';
    server = await startTestServer({ ...EXPOSED, 'auth.streamTokenSecret': secret });
    const expiresMs = systemClock.nowMs() + 60_000;
    const mac = createHmac('sha256', secret).update(`${expiresMs}.${CALL}`).digest('base64url');
    const call = await TwilioCall.connect(server.ws('/twilio/media'), CALL, signed(MEDIA_URL));
    call.start({ customParameters: { token: `${expiresMs}.${mac}` } });
    await server.event('call.started', CALL);
  });

  it('relies on the signature alone with twilio.requireToken off, but never takes a wrong token', async () => {
    server = await startTestServer({ ...EXPOSED, 'twilio.requireToken': false });
    const call = await TwilioCall.connect(server.ws('/twilio/media'), CALL, signed(MEDIA_URL));
    call.start();
    await server.event('call.started', CALL);
    const other = await TwilioCall.connect(
      server.ws('/twilio/media'),
      OTHER_CALL,
      signed(MEDIA_URL),
    );
    other.start({ customParameters: { token: 'x' } });
    assert.equal((await other.client.closed).code, 4401);
  });

  it('counts what Twilio reports of a stream, if Twilio signed it', async () => {
    const report = { StreamSid: 'MZ1', StreamEvent: 'stream-error', StreamError: 'who knows' };
    assert.equal((await post('/twilio/status', report)).status, 204);
    assert.equal((await post('/twilio/status', report, {})).status, 401);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    assert.match(metrics, /stream_status_total\{source="twilio",status="stream-error"\} 1/);
    assert.doesNotMatch(metrics, /who knows/);
  });

  it('refuses a form that is too large', async () => {
    const response = await post('/twilio/status', { StreamError: 'x'.repeat(20_000) });
    assert.equal(response.status, 413);
  });
});

describe('a trial of Twilio on loopback without credentials', () => {
  afterEach(stopTestServers);

  it('takes no stream from a page of the web, by its origin or by its name for this host', async () => {
    const server = await startTestServer();
    for (const headers of [{ origin: 'https://evil.example.com' }, { host: 'evil.example.com' }]) {
      const refused = await refusedUpgrade(server.ws('/twilio/media'), { headers });
      assert.deepEqual(refused, { status: 403, code: 'TW_FORBIDDEN' });
    }
    const headers = { origin: 'http://localhost:5173' };
    const call = await TwilioCall.connect(server.ws('/twilio/media'), CALL, { headers });
    call.start();
    await server.event('call.started', CALL);
  });

  it('takes no request from a page of the web', async () => {
    const server = await startTestServer();
    const headers = { origin: 'https://evil.example.com' };
    for (const path of ['/twilio/voice', '/twilio/status']) {
      const body = new URLSearchParams({ CallSid: CALL, StreamEvent: 'stream-error' });
      const response = await fetch(server.url + path, { method: 'POST', body, headers });
      assert.equal(response.status, 403);
      assert.match(await response.text(), /"code":"TW_FORBIDDEN"/);
    }
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    assert.doesNotMatch(metrics, /status="stream-error"/);
  });
});

describe('without Twilio', () => {
  afterEach(stopTestServers);

  it('neither its socket nor its requests exist', async () => {
    const server = await startTestServer({ 'twilio.enabled': false });
    const refused = await refusedUpgrade(server.ws('/twilio/media'));
    assert.deepEqual(refused, { status: 404, code: 'TW_NOT_FOUND' });
    assert.equal((await fetch(`${server.url}/twilio/voice`, { method: 'POST' })).status, 404);
  });

  it('a trial on loopback answers calls only once it knows its public origin', async () => {
    const server = await startTestServer();
    const body = new URLSearchParams({ CallSid: CALL });
    const response = await fetch(`${server.url}/twilio/voice`, { method: 'POST', body });
    assert.equal(response.status, 404);
    assert.match(await response.text(), /TW_NOT_CONFIGURED.*server\.publicOrigin/);
  });
});
