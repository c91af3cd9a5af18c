import assert from 'node:assert/strict';
import twilio from 'twilio';
import { createLogger, silentLogger } from '../../src/log/logger.ts';
import { systemClock } from '../../src/protocol/clock.ts';
import { startTestServer, stopTestServers, type TestServer } from '../helpers/start-test-server.ts';
import { TwilioCall } from '../helpers/twilio-call.ts';
import { WsClient } from '../helpers/ws-client.ts';

const AUTH_TOKEN = '0123456789abcdef0123456789abcdef';
const ORIGIN = 'https://voice.example.com';
const PATH = '/twilio/transcription';
const CALL = 'CA00000000000000000000000000000001';
const EXPOSED = {
  'server.publicOrigin': ORIGIN,
  'twilio.authToken': AUTH_TOKEN,
  'twilio.requireToken': false,
  'auth.apiKeys': [{ id: 'app', key: 'a-key-of-16-chars-or-more' }],
};

/** A callback as Twilio documents it. */
const CONTENT = {
  AccountSid: 'AC00000000000000000000000000000001',
  CallSid: CALL,
  TranscriptionSid: 'GT00000000000000000000000000000001',
  Timestamp: '2026-11-27T18:00:00.000000Z',
  SequenceId: '2',
  TranscriptionEvent: 'transcription-content',
  LanguageCode: 'en-US',
  Track: 'inbound_track',
  TranscriptionData: JSON.stringify({ transcript: 'That is great, thank you.', confidence: 0.9 }),
  Final: 'true',
};

function post(
  server: TestServer,
  form: Readonly<Record<string, string>>,
  signature = twilio.getExpectedTwilioSignature(AUTH_TOKEN, `${ORIGIN}${PATH}`, form),
): Promise<Response> {
  return fetch(server.url + PATH, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: { 'x-twilio-signature': signature },
  });
}

async function codeOf(response: Response): Promise<[number, string]> {
  const body: { error: { code: string } } = JSON.parse(await response.text());
  return [response.status, body.error.code];
}

describe("Twilio's transcription callbacks", () => {
  let server: TestServer;

  afterEach(stopTestServers);

  /** A call of both tracks, as Twilio streams it. */
  async function startCall(flags = {}, logger = silentLogger): Promise<TwilioCall> {
    server = await startTestServer({ ...EXPOSED, ...flags }, logger);
    const upgrade = `${ORIGIN.replace('https', 'wss')}/twilio/media`;
    const signature = twilio.getExpectedTwilioSignature(AUTH_TOKEN, upgrade, {});
    const headers = { 'x-twilio-signature': signature };
    const call = await TwilioCall.connect(server.ws('/twilio/media'), CALL, { headers });
    call.start();
    await server.event('call.started', CALL);
    return call;
  }

  const wordsHeard = () => server.analyser.legs.map(({ words }) => words);

  it('reach the leg of their track in the live call, partial ones as guesses', async () => {
    await startCall();
    const guess = JSON.stringify({ transcript: 'That is' });
    const partial = { ...CONTENT, Final: 'false', TranscriptionData: guess };
    for (const form of [partial, CONTENT]) assert.equal((await post(server, form)).status, 204);
    const [heard = []] = wordsHeard();
    assert.deepEqual(
      heard.map(({ kind, final }) => [kind, final]),
      [
        ['no_known_words', false],
        ['scored', true],
      ],
    );
    assert.equal(heard[1]?.confidence, 0.9);
  });

  it('of the agent are not looked at while that leg is not analysed', async () => {
    await startCall();
    assert.equal((await post(server, { ...CONTENT, Track: 'outbound_track' })).status, 204);
    assert.deepEqual(wordsHeard(), [[]]);
  });

  it('of a call that does not run here are answered with TW_UNKNOWN_CALL', async () => {
    await startCall();
    const other = { ...CONTENT, CallSid: 'CA00000000000000000000000000000002' };
    assert.deepEqual(await codeOf(await post(server, other)), [404, 'TW_UNKNOWN_CALL']);
  });

  it("never reach an app's call that goes by the same id", async () => {
    server = await startTestServer(EXPOSED);
    const key = EXPOSED['auth.apiKeys'][0]!.key;
    const headers = { authorization: `Bearer ${key}` };
    const client = await WsClient.open(server.ws('/v1/stream'), [], { headers });
    const audio = { encoding: 'mulaw', sampleRateHz: 8000, channels: 1 };
    client.send({ type: 'session.start', audio, callId: CALL });
    await server.event('call.started', CALL);
    assert.deepEqual(await codeOf(await post(server, CONTENT)), [404, 'TW_UNKNOWN_CALL']);
    assert.deepEqual(wordsHeard(), [[]]);
  });

  it('are refused unless Twilio signed just these fields', async () => {
    await startCall();
    assert.deepEqual(await codeOf(await post(server, CONTENT, '')), [401, 'TW_UNAUTHORIZED']);
    const signature = twilio.getExpectedTwilioSignature(AUTH_TOKEN, `${ORIGIN}${PATH}`, CONTENT);
    const forged = { ...CONTENT, Track: 'outbound_track' };
    assert.equal((await post(server, forged, signature)).status, 401);
    assert.deepEqual(wordsHeard(), [[]]);
  });

  it('may lack what they can do without, and bring what nobody knows yet', async () => {
    await startCall();
    const { CallSid, TranscriptionEvent, TranscriptionData } = CONTENT;
    const bare = { CallSid, TranscriptionEvent, TranscriptionData };
    const odd = { ...CONTENT, LanguageCode: '??', Final: 'TRUE', Stability: '0.8', New: 'x' };
    const silent = { ...CONTENT, TranscriptionData: '{"transcript":""}' };
    const long = { ...CONTENT, TranscriptionData: `{"transcript":"${'good '.repeat(900)}"}` };
    for (const form of [bare, odd, silent, { ...CONTENT, TranscriptionData: '7' }, long]) {
      assert.equal((await post(server, form)).status, 204);
    }
    const [heard = []] = wordsHeard();
    assert.deepEqual(
      heard.map(({ kind, final }) => [kind, final]),
      [
        ['scored', true],
        ['scored', true],
        ['scored', true],
      ],
    );
  });

  it('whose data is no JSON are refused, and not repeated', async () => {
    await startCall();
    const response = await post(server, { ...CONTENT, TranscriptionData: '{"transcript": secret' });
    assert.equal(response.status, 400);
    assert.doesNotMatch(await response.text(), /secret/);
  });

  it('that only report are counted, and what they quote goes nowhere', async () => {
    let log = '';
    const output = { write: (line: string) => (log += line) };
    await startCall({}, createLogger('debug', output, systemClock));
    for (const event of ['transcription-started', 'transcription-error', 'something-new']) {
      const form = { CallSid: CALL, TranscriptionEvent: event, TranscriptionError: 'swordfish' };
      assert.equal((await post(server, form)).status, 204);
    }
    await post(server, CONTENT);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    assert.match(metrics, /stream_status_total\{source="twilio",status="transcription-error"\} 1/);
    for (const word of ['swordfish', 'great', 'thank you']) assert.ok(!log.includes(word), word);
  });

  it('are ordered by the answer to a call where twilio.transcribe is on', async () => {
    server = await startTestServer({ ...EXPOSED, 'twilio.transcribe': true });
    const form = { CallSid: CALL };
    const signature = twilio.getExpectedTwilioSignature(AUTH_TOKEN, `${ORIGIN}/twilio/voice`, form);
    const response = await fetch(`${server.url}/twilio/voice`, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { 'x-twilio-signature': signature },
    });
    assert.match(
      await response.text(),
      /<Start><Transcription statusCallbackUrl="https:\/\/voice\.example\.com\/twilio\/transcription" track="both_tracks" partialResults="true" profanityFilter="false"\/><\/Start><Start><Stream /,
    );
  });
});
