import assert from 'node:assert/strict';
import { type Logger, silentLogger } from '../../../src/log/logger.ts';
import {
  startTestServer,
  stopTestServers,
  type TestServer,
} from '../../helpers/start-test-server.ts';
import { TwilioCall } from '../../helpers/twilio-call.ts';
import { refusedUpgrade, WsClient } from '../../helpers/ws-client.ts';

const callSid = (index: number) => `CA${String(index).padStart(32, '0')}`;

async function readiness(server: TestServer) {
  const response = await fetch(`${server.url}/readyz`);
  return { status: response.status, body: await response.json() };
}

/** A log whose lines a test can wait for. */
function waitingLogger() {
  const waiting = new Map<string, () => void>();
  const hear = (message: string) => waiting.get(message)?.();
  const logger: Logger = { ...silentLogger, info: hear, warn: hear, child: () => logger };
  const line = (message: string) =>
    new Promise<void>((resolve) => {
      waiting.set(message, resolve);
    });
  return { logger, line };
}

async function metric(server: TestServer, line: RegExp): Promise<string | undefined> {
  return line.exec(await (await fetch(`${server.url}/metrics`)).text())?.[0];
}

describe('an overloaded gateway', () => {
  afterEach(stopTestServers);

  it('refuses new calls and says so, serves the running ones, and takes calls again afterwards', async () => {
    const { logger, line } = waitingLogger();
    const flags = {
      'overload.minCalls': 1,
      'overload.sustainMs': 100,
      // What this test is not about must not close the gate on a machine that is busy.
      'overload.eventLoopDelayMs': 60_000,
      'overload.eventLoopBusyShare': 1,
      'overload.reopenShare': 1,
    };
    const server = await startTestServer(flags, logger);
    const running = await TwilioCall.connect(server.ws('/twilio/media'), callSid(1));
    running.start();
    await server.event('call.started', callSid(1));
    assert.equal((await readiness(server)).status, 200);

    server.analyser.load = { oldestWaitMs: 5000, busyMs: 0 };
    await line('the gateway is behind: new calls are refused');
    assert.deepEqual(await readiness(server), {
      status: 503,
      body: { status: 'unready', reason: 'overloaded' },
    });
    const refused = await refusedUpgrade(server.ws('/twilio/media'));
    assert.deepEqual(refused, { status: 503, code: 'TW_OVERLOADED' });
    assert.equal((await refusedUpgrade(server.ws('/v1/stream'))).code, 'TW_OVERLOADED');
    assert.ok(await metric(server, /^tonewire_refused_total\{code="TW_OVERLOADED"\} 2$/m));

    const watching = await WsClient.open(server.ws('/v1/events'));
    for (let i = 0; i < 10; i++) running.media('inbound');
    await watching.message('emotion.updated');
    watching.close();

    server.analyser.load = { oldestWaitMs: 0, busyMs: 0 };
    await line('the gateway has caught up: new calls are taken');
    assert.equal((await readiness(server)).status, 200);
    const next = await TwilioCall.connect(server.ws('/twilio/media'), callSid(2));
    next.start();
    await server.event('call.started', callSid(2));
  });

  it('limits how often one address may ask for a socket, before there is one', async () => {
    const server = await startTestServer({ 'overload.maxUpgradesPerSecond': 1 });
    const clients = await Promise.all(
      Array.from({ length: 4 }, () => WsClient.open(server.ws('/v1/events'))),
    );
    const refused = await refusedUpgrade(server.ws('/v1/events'));
    assert.deepEqual(refused, { status: 429, code: 'TW_RATE_LIMITED' });
    assert.ok(await metric(server, /^tonewire_refused_total\{code="TW_RATE_LIMITED"\} 1$/m));
    for (const client of clients) client.close();
  });

  it('counts lost audio by its cause', async () => {
    const server = await startTestServer();
    const call = await TwilioCall.connect(server.ws('/twilio/media'), callSid(3));
    call.start();
    call.media('inbound');
    call.media('inbound', undefined, { timestampMs: 520 });
    const { data } = await server.event('audio.gap', callSid(3));
    assert.deepEqual(data.span, { startMs: 20, endMs: 520 });
    const line = /^tonewire_audio_gap_milliseconds_total\{cause="missing"\} 500$/m;
    assert.ok(await metric(server, line));
  });
});
