import assert from 'node:assert/strict';
import { type LogFields, type Logger, silentLogger } from '../../src/log/logger.ts';
import { startTestServer, stopTestServers, type TestServer } from '../helpers/start-test-server.ts';
import { SILENT_CHUNK, TwilioCall } from '../helpers/twilio-call.ts';

const CALL = 'CA00000000000000000000000000000001';

describe('a Twilio media stream', () => {
  let server: TestServer;
  let call: TwilioCall;

  beforeEach(async () => {
    server = await startTestServer();
    call = await TwilioCall.connect(server.ws('/twilio/media'));
  });

  afterEach(stopTestServers);

  it('becomes a call with the caller as customer and the other side as agent', async () => {
    call.start({ customParameters: { queue: 'billing', consent: 'given' } });
    for (let chunk = 0; chunk < 10; chunk += 1) {
      call.media('inbound', Buffer.alloc(160, chunk));
      call.media('outbound');
    }
    call.stop();
    const started = await server.event('call.started', CALL);
    const ended = await server.event('call.ended', CALL);
    assert.deepEqual(started.data, {
      callId: CALL,
      source: 'twilio',
      legs: [
        { leg: 'customer', analysed: true },
        { leg: 'agent', analysed: false, reason: 'analysis.legs.agent.analysed is off.' },
      ],
      consent: 'given',
      metadata: { queue: 'billing', consent: 'given' },
      model: 'fake-v1',
    });
    assert.equal(ended.data.reason, 'stopped');
    assert.equal(ended.data.durationMs, 200);
    assert.deepEqual(
      ended.data.legs.map(({ leg, audioMs, updates }) => ({ leg, audioMs, updates })),
      [
        { leg: 'customer', audioMs: 200, updates: 2 },
        { leg: 'agent', audioMs: 200, updates: 0 },
      ],
    );
    assert.equal((await call.client.closed).code, 1000);
    assert.deepEqual(call.client.received, [], 'Twilio is told nothing');
  });

  it('decodes only the legs that are analysed', async () => {
    call.start();
    call.media('outbound', Buffer.alloc(160, 7));
    call.media('inbound', Buffer.alloc(160, 1));
    call.stop();
    await server.event('call.ended', CALL);
    assert.equal(server.analyser.legs.length, 1);
    assert.deepEqual(server.analyser.legs[0]?.bytes, Buffer.alloc(160, 1));
  });

  it('analyses the agent too where the configuration names a legal basis', async () => {
    const agent = { analysed: true, legalBasis: 'A safety study.' };
    const both = await startTestServer({ 'analysis.legs': { agent } });
    const other = await TwilioCall.connect(both.ws('/twilio/media'));
    other.start();
    const started = await both.event('call.started');
    assert.deepEqual(
      started.data.legs.map(({ analysed }) => analysed),
      [true, true],
    );
  });

  it('analyses nothing when consent was denied, or is required and was not given', async () => {
    call.start({ customParameters: { consent: 'denied' } });
    const denied = await server.event('call.started', CALL);
    assert.ok(denied.data.legs.every(({ analysed }) => !analysed));
    const strict = await startTestServer({ 'analysis.requireConsent': true });
    const other = await TwilioCall.connect(strict.ws('/twilio/media'));
    other.start();
    const unknown = await strict.event('call.started', CALL);
    assert.ok(unknown.data.legs.every(({ analysed }) => !analysed));
    assert.equal(strict.analyser.legs.length, 0);
  });

  it('takes a client that stamps 80 ms chunks 20 ms apart at the time its bytes add up to', async () => {
    call.start();
    for (let chunk = 0; chunk < 50; chunk += 1) call.media('inbound', Buffer.alloc(640, 0xff));
    call.stop();
    const ended = await server.event('call.ended', CALL);
    assert.equal(ended.data.legs[0]?.audioMs, 4000);
    assert.ok(server.events.every(({ type }) => type !== 'audio.gap'));
  });

  it('takes a bare start with the first sequence number "2", and numbers for strings', async () => {
    call.client.send({ event: 'start', sequenceNumber: '2', start: { callSid: CALL } });
    const payload = SILENT_CHUNK.toString('base64');
    call.client.send({ event: 'media', sequenceNumber: 3, media: { timestamp: 5, payload } });
    call.client.send({ event: 'media', media: { track: 'inbound', payload } });
    call.client.send({ event: 'stop' });
    const ended = await server.event('call.ended', CALL);
    assert.equal(ended.data.legs[0]?.audioMs, 40);
  });

  it('reports a jump of the timestamps beyond the bytes as a gap, on either leg', async () => {
    call.start();
    call.media('inbound', SILENT_CHUNK, { timestampMs: 0 });
    call.media('inbound', SILENT_CHUNK, { timestampMs: 520 });
    call.media('outbound', SILENT_CHUNK, { timestampMs: 0 });
    call.media('outbound', SILENT_CHUNK, { timestampMs: 320 });
    call.stop();
    const ended = await server.event('call.ended', CALL);
    const gaps = server.events.filter((event) => event.type === 'audio.gap');
    assert.deepEqual(
      gaps.map(({ data }) => data),
      [
        {
          callId: CALL,
          leg: 'customer',
          span: { startMs: 20, endMs: 520 },
          cause: 'missing',
          filledMs: 500,
        },
        {
          callId: CALL,
          leg: 'agent',
          span: { startMs: 20, endMs: 320 },
          cause: 'missing',
          filledMs: 0,
        },
      ],
    );
    assert.deepEqual(server.analyser.legs[0]?.gaps, [{ missingSamples: 4000, cause: 'missing' }]);
    assert.equal(ended.data.legs[1]?.gapMs, 300);
  });

  it('takes jittering timestamps for no gap', async () => {
    call.start();
    for (let chunk = 0; chunk < 200; chunk += 1) {
      call.media('inbound', SILENT_CHUNK, { timestampMs: chunk * 20 + ((chunk * 37) % 45) });
    }
    call.stop();
    await server.event('call.ended', CALL);
    assert.deepEqual(server.analyser.legs[0]?.gaps, []);
  });

  it('hears a repeated or belated message once', async () => {
    call.start();
    call.media('inbound', Buffer.alloc(160, 1), { sequenceNumber: '2', timestampMs: 0 });
    call.media('inbound', Buffer.alloc(160, 2), { sequenceNumber: '3', timestampMs: 20 });
    call.media('inbound', Buffer.alloc(160, 2), { sequenceNumber: '3', timestampMs: 20 });
    call.media('inbound', Buffer.alloc(160, 1), { sequenceNumber: '2', timestampMs: 0 });
    call.media('inbound', Buffer.alloc(160, 3), { sequenceNumber: '4', timestampMs: 40 });
    call.stop();
    await server.event('call.ended', CALL);
    assert.deepEqual(
      server.analyser.legs[0]?.bytes,
      Buffer.concat([1, 2, 3].map((fill) => Buffer.alloc(160, fill))),
    );
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    assert.match(metrics, /messages_discarded_total\{source="twilio",why="repeated"\} 2/);
  });

  it('counts events that it does not know, before and after the start, and goes on', async () => {
    call.client.send({ event: 'future', future: { payload: 'x' } });
    call.start();
    for (const event of ['future', 'constructor', '__proto__']) call.client.send({ event });
    call.media('inbound');
    call.stop();
    const ended = await server.event('call.ended', CALL);
    assert.equal(ended.data.reason, 'stopped');
    assert.equal(ended.data.legs[0]?.audioMs, 20);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    assert.match(metrics, /messages_discarded_total\{source="twilio",why="unknown_event"\} 4/);
  });

  it('counts digits, and keeps none: not in an event, a metric or the log', async () => {
    const lines: string[] = [];
    const quiet = await startTestServer({}, recordingLogger(lines));
    const other = await TwilioCall.connect(quiet.ws('/twilio/media'));
    other.start({ customParameters: { account: 'secret-metadata' } });
    for (const digit of '97531') other.dtmf(`${digit}#tone`);
    other.media('inbound');
    other.stop();
    await quiet.event('call.ended', CALL);
    const metrics = await (await fetch(`${quiet.url}/metrics`)).text();
    assert.match(metrics, /tonewire_dtmf_total 5/);
    assert.ok(lines.length > 0);
    for (const text of [...lines, metrics, JSON.stringify(quiet.events)]) {
      assert.ok(!text.includes('#tone'));
    }
    assert.ok(lines.every((line) => !line.includes('secret-metadata')));
  });

  it('goes on while another call misbehaves', async () => {
    call.start();
    await server.event('call.started', CALL);
    const bad = await TwilioCall.connect(server.ws('/twilio/media'), 'CAbad');
    bad.start();
    bad.client.sendText('{"event":"media","media":{"payload":"***"}}');
    assert.equal((await bad.client.closed).code, 4400);
    assert.equal((await server.event('call.ended', 'CAbad')).data.reason, 'TW_BAD_BASE64');
    for (let chunk = 0; chunk < 5; chunk += 1) call.media('inbound');
    const update = await server.event('emotion.updated', CALL);
    assert.equal(update.data.leg, 'customer');
    call.stop();
    assert.equal((await server.event('call.ended', CALL)).data.reason, 'stopped');
  });
});

function recordingLogger(lines: string[]): Logger {
  const write = (message: string, fields?: LogFields) => {
    lines.push(`${message} ${JSON.stringify(fields)}`);
  };
  const logger = { ...silentLogger, debug: write, info: write, warn: write, error: write };
  return { ...logger, child: (fields) => recordChild(logger, fields, lines) };
}

function recordChild(logger: Logger, fields: LogFields, lines: string[]): Logger {
  lines.push(`child ${JSON.stringify(fields)}`);
  return logger;
}
