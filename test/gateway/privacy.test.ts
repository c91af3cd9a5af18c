import assert from 'node:assert/strict';
import { createLogger } from '../../src/log/logger.ts';
import { systemClock } from '../../src/protocol/clock.ts';
import { EMOTIONS } from '../../src/protocol/labels.ts';
import { startTestServer, stopTestServers } from '../helpers/start-test-server.ts';
import { TwilioCall } from '../helpers/twilio-call.ts';
import { WsClient } from '../helpers/ws-client.ts';

const PHONE = '+15550123456';
const DIGITS = '*7391#';
const RULE = {
  name: 'rule-1',
  leg: 'customer',
  emotion: 'neutral',
  probability: 0.6,
  forMs: 100,
  cooldownMs: 0,
  text: 'Ask an open question.',
};

describe('what is kept private', () => {
  let log = '';

  afterEach(stopTestServers);

  async function startLoggedServer() {
    log = '';
    const output = { write: (line: string) => (log += line) };
    return startTestServer({ alerts: [RULE] }, createLogger('debug', output, systemClock));
  }

  function assertLogIsClean() {
    assert.match(log, /Call started|call started/i, 'the log holds the call at all');
    assert.ok(!log.includes(PHONE) && !log.includes('5550123456'), 'no phone number');
    assert.ok(!log.includes(RULE.text), 'no alert text');
    for (const word of [...EMOTIONS, 'probabilit', 'confidence', 'arousal', 'pitchHz', 'payload']) {
      assert.ok(!log.includes(word), `no "${word}"`);
    }
  }

  it('no digit, phone number, audio or score reaches a log or an event of a telephone call', async () => {
    const server = await startLoggedServer();
    const call = await TwilioCall.connect(server.ws('/twilio/media'));
    call.start({ customParameters: { caller: PHONE } });
    const audio = Buffer.from(`${'secret voice '.repeat(12)}abcd`);
    for (let i = 0; i < 20; i++) call.media('inbound', audio);
    for (const digit of DIGITS) call.dtmf(digit);
    call.stop();
    await server.event('call.ended');
    assertLogIsClean();
    assert.ok(!log.includes(audio.toString('base64').slice(0, 24)), 'no audio');
    assert.ok(!/dtmf|digit/i.test(JSON.stringify(server.events)), 'no digits in events');
    assert.ok(!/"digit":"[^[]/.test(log), 'no digits in the log');
  });

  it('the id that an app gives its call is in no line of the log', async () => {
    const server = await startLoggedServer();
    const client = await WsClient.open(server.ws('/v1/stream'));
    const audio = { encoding: 'pcm_s16le', sampleRateHz: 16000, channels: 1 };
    client.send({ type: 'session.start', audio, callId: PHONE.slice(1) });
    await client.message('session.started');
    const thief = await WsClient.open(server.ws('/v1/stream'));
    thief.send({ type: 'session.start', audio, callId: PHONE.slice(1) });
    await thief.closed;
    client.send({ type: 'session.end' });
    await client.closed;
    assertLogIsClean();
    const { id } = await server.event('call.ended');
    assert.ok(log.includes(`"sessionId":"${id.replace(/-\d+$/, '')}"`), 'the events can be found');
  });

  it("Twilio's own id of a call is in the log, and nothing else that stands in its place", async () => {
    const server = await startLoggedServer();
    const sid = `CA${'0123456789abcdef'.repeat(2)}`;
    for (const callSid of [sid, PHONE.slice(1)]) {
      const call = await TwilioCall.connect(server.ws('/twilio/media'), callSid);
      call.start();
      call.stop();
      await call.client.closed;
    }
    assert.ok(log.includes(sid));
    assertLogIsClean();
  });

  it('a transcript is in no line of the log and in no event', async () => {
    const server = await startLoggedServer();
    const client = await WsClient.open(server.ws('/v1/stream'));
    const audio = { encoding: 'pcm_s16le', sampleRateHz: 16000, channels: 1 };
    client.send({ type: 'session.start', audio });
    for (const final of [false, true]) {
      const text = `My password is swordfish, how wonderful, and my number ${PHONE}`;
      client.send({ type: 'transcript', leg: 'customer', text, final });
      client.sendBinary(Buffer.alloc(3200));
    }
    client.send({ type: 'session.end' });
    await client.closed;
    assert.equal(server.analyser.legs[0]?.words.length, 2);
    assertLogIsClean();
    for (const text of [log, JSON.stringify(server.events), JSON.stringify(client.received)]) {
      for (const word of ['swordfish', 'wonderful', '5550123456']) {
        assert.ok(!text.includes(word), `no "${word}"`);
      }
    }
  });

  it('a malformed message is not echoed into the log or the error', async () => {
    const server = await startLoggedServer();
    const client = await WsClient.open(server.ws('/v1/stream'));
    const audio = { encoding: 'pcm_s16le', sampleRateHz: 16000, channels: 1 };
    client.send({ type: 'session.start', audio, metadata: { caller: PHONE } });
    client.send({ type: 'transcript', text: `my card is ${PHONE}`, secret: PHONE });
    const error = await client.message('error');
    await client.closed;
    await server.event('call.ended');
    assert.ok(!JSON.stringify(error).includes(PHONE));
    assertLogIsClean();
  });
});
