import assert from 'node:assert/strict';
import { MAX_TRANSCRIPT_CHARACTERS } from '../../src/protocol/messages.ts';
import { startTestServer, stopTestServers, type TestServer } from '../helpers/start-test-server.ts';
import { WsClient } from '../helpers/ws-client.ts';

const AUDIO = { encoding: 'pcm_s16le', sampleRateHz: 16000, channels: 2 };
const LINE = { type: 'transcript', leg: 'customer', text: 'That is great, thank you.' };

/** How many lines ended so. */
async function counted(server: TestServer, outcome: string): Promise<number> {
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  const count = new RegExp(`transcripts_total\\{outcome="${outcome}"\\} (\\d+)`).exec(metrics)?.[1];
  return Number(count ?? 0);
}

describe('transcript lines of an app', () => {
  afterEach(stopTestServers);

  async function startCall(server: TestServer, more = {}): Promise<WsClient> {
    const client = await WsClient.open(server.ws('/v1/stream'));
    client.send({ type: 'session.start', audio: AUDIO, ...more });
    await client.message('session.started');
    return client;
  }

  async function end(client: WsClient): Promise<void> {
    client.send({ type: 'session.end' });
    await client.message('session.ended');
  }

  it('reach the analysis of their leg as what their words say, and without the words', async () => {
    const server = await startTestServer();
    const client = await startCall(server);
    client.send(LINE);
    client.send({ ...LINE, leg: 'agent' });
    client.send({ ...LINE, final: false, span: { startMs: 0, endMs: 400 } });
    await end(client);
    const [final, partial, ...more] = server.analyser.legs[0]?.words ?? [];
    assert.deepEqual(more, []);
    assert.deepEqual([final?.final, partial?.final, partial?.endMs], [true, false, 400]);
    assert.ok(final && final.valence > 0.5 && final.text === undefined);
    assert.equal(await counted(server, 'scored'), 2);
    assert.equal(await counted(server, 'not_analysed'), 1);
  });

  it('bring their text along only where textCues.textInEvents is on', async () => {
    const server = await startTestServer({ 'textCues.textInEvents': true });
    const client = await startCall(server);
    client.send(LINE);
    await end(client);
    assert.equal(server.analyser.legs[0]?.words[0]?.text, LINE.text);
  });

  it('count as configured: not at all, or only final ones, or in another language', async () => {
    const partial = { ...LINE, final: false };
    for (const [flags, line, outcome] of [
      [{ 'textCues.enabled': false }, LINE, 'off'],
      [{ 'textCues.partials': false }, partial, 'off'],
      [{ 'textCues.language': 'de' }, LINE, 'other_language'],
      [{ 'textCues.language': 'de' }, { ...LINE, language: 'en' }, 'scored'],
      [{}, { ...LINE, text: 'It is the blue one.' }, 'no_known_words'],
    ] as const) {
      const server = await startTestServer(flags);
      const client = await startCall(server);
      client.send(line);
      await end(client);
      assert.equal(await counted(server, outcome), 1, outcome);
    }
  });

  it('are not looked at in a call whose consent was denied', async () => {
    const server = await startTestServer();
    const client = await startCall(server, { consent: 'denied' });
    client.send(LINE);
    await end(client);
    assert.equal(await counted(server, 'not_analysed'), 1);
    assert.deepEqual(server.analyser.legs, []);
  });

  it('end the session when they name a leg that it does not have', async () => {
    const server = await startTestServer();
    const client = await startCall(server);
    client.send({ ...LINE, leg: 'mixed' });
    const { code, message } = await client.message('error');
    assert.equal(code, 'TW_BAD_MESSAGE');
    assert.match(String(message), /leg is not one of the legs/);
  });

  it('are refused before the session starts', async () => {
    const server = await startTestServer();
    const client = await WsClient.open(server.ws('/v1/stream'));
    client.send(LINE);
    assert.deepEqual(await client.closed, { code: 4409, reason: 'TW_OUT_OF_ORDER' });
  });

  it('longer than a minute of speech are refused, and not repeated', async () => {
    const server = await startTestServer();
    const client = await startCall(server);
    client.send({ ...LINE, text: 'secret'.repeat(MAX_TRANSCRIPT_CHARACTERS / 6 + 1) });
    const { code, message } = await client.message('error');
    assert.equal(code, 'TW_BAD_MESSAGE');
    assert.doesNotMatch(String(message), /secret/);
  });

  it('beyond textCues.maxLinesPerSecond are left out and counted, and the call goes on', async () => {
    const server = await startTestServer({ 'textCues.maxLinesPerSecond': 1 });
    const client = await startCall(server);
    for (let i = 0; i < 40; i++) client.send(LINE);
    await end(client);
    const taken = await counted(server, 'scored');
    assert.ok(taken >= 4 && taken < 40, `${taken} taken`);
    assert.equal(await counted(server, 'too_many'), 40 - taken);
  });
});
