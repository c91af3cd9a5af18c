import assert from 'node:assert/strict';
import { loadConfig } from '../../src/config/load-config.ts';
import { startTonewire, type Tonewire } from '../../src/tonewire.ts';
import { type RandomModelFolder, randomModelFolder } from '../cli/random-model-folder.ts';
import { vowel } from '../helpers/signals.ts';
import { TwilioCall } from '../helpers/twilio-call.ts';
import { refusedUpgrade, WsClient } from '../helpers/ws-client.ts';
import { Heard } from './heard.ts';

const START = {
  type: 'session.start',
  audio: { encoding: 'pcm_s16le', sampleRateHz: 16_000, channels: 1 },
};

let calls = 0;
function newCallSid(): string {
  calls += 1;
  return `CA${String(calls).padStart(32, '0')}`;
}

/** A second of something like speech. */
function spoken(): Buffer {
  const samples = vowel(160, 16_000, 1, { syllablesHz: 4 });
  const bytes = Buffer.alloc(samples.length * 2);
  samples.forEach((sample, i) => {
    bytes.writeInt16LE(sample * 32_767, i * 2);
  });
  return bytes;
}

describe('workers', function () {
  this.timeout(120_000);
  let model: RandomModelFolder;
  let tonewire: Tonewire;
  let heard: Heard;

  async function start(flags: Record<string, unknown> = {}): Promise<void> {
    heard = new Heard();
    const config = loadConfig({
      flags: {
        'server.port': 0,
        'server.workers': 2,
        'server.drainTimeoutMs': 0,
        'log.level': 'error',
        'analysis.model': model.path,
        ...flags,
      },
    });
    tonewire = await startTonewire(config, { logger: heard.logger });
    tonewire.bus.subscribe((event) => heard.hear(event));
  }

  const ws = (path: string) => tonewire.url.replace('http', 'ws') + path;

  async function twilioCall(callSid = newCallSid()): Promise<TwilioCall> {
    const call = await TwilioCall.connect(ws('/twilio/media'), callSid);
    call.start();
    return call;
  }

  /** Started one after the other, they lie in different workers. */
  async function twoCalls(): Promise<[TwilioCall, TwilioCall]> {
    const two: [TwilioCall, TwilioCall] = [await twilioCall(), await twilioCall()];
    for (const { callSid } of two) await heard.event('call.started', callSid);
    return two;
  }

  const metrics = async () => (await fetch(`${tonewire.url}/metrics`)).text();

  before(async () => {
    model = await randomModelFolder();
  });

  afterEach(() => tonewire?.close());

  after(() => model.remove());

  it('carry calls side by side, with one feed and one list of numbers for all', async () => {
    await start();
    assert.equal(tonewire.modelId, 'random-v1');
    assert.equal(heard.workers.size, 2);
    const feed = await WsClient.open(ws('/v1/events'));
    const [one, other] = await twoCalls();
    const app = await WsClient.open(ws('/v1/stream'), ['tonewire.v1']);
    app.send({ ...START, callId: 'app' });
    for (let i = 0; i < 3; i++) app.sendBinary(spoken());
    app.send({ type: 'session.end' });
    assert.equal((await app.closed).code, 1000);
    one.stop();
    other.stop();
    for (const callId of [one.callSid, other.callSid, 'app']) {
      const { data } = await heard.event('call.ended', callId);
      assert.equal(data.reason, 'stopped');
    }
    const told = app.received.filter((message) => 'specversion' in message);
    assert.ok(told.some(({ type }) => type === 'emotion.updated'));
    const published = heard.events.filter(({ data }) => data.callId === 'app');
    assert.deepEqual(JSON.parse(JSON.stringify(published)), told);
    await feed.message('call.ended');
    const text = await metrics();
    assert.match(text, /^tonewire_calls_started_total\{source="twilio",worker="1"\} 1$/m);
    assert.match(text, /^tonewire_calls_started_total\{source="twilio",worker="2"\} 1$/m);
    assert.match(text, /^tonewire_worker_calls\{worker="1"\} \d+$/m);
    assert.match(text, /^tonewire_calls 0$/m);
    feed.close();
  });

  it('end with their worker alone: its calls are said to have ended, and another takes its place', async () => {
    await start();
    const [one, other] = await twoCalls();
    const pid = heard.workers.get('1')!;
    process.kill(pid, 'SIGKILL');
    const lost = await heard.event('call.ended', one.callSid);
    assert.equal(lost.data.reason, 'TW_WORKER_LOST');
    assert.equal(lost.sequence, 1);
    await one.client.closed;
    await heard.until(() => (heard.workers.get('1') === pid ? undefined : true));

    const next = await twilioCall();
    await heard.event('call.started', next.callSid);
    for (const call of [other, next]) {
      call.stop();
      assert.equal((await heard.event('call.ended', call.callSid)).data.reason, 'stopped');
    }
    const text = await metrics();
    assert.match(text, /^tonewire_worker_restarts_total 1$/m);
    assert.match(text, /^tonewire_worker_calls_lost_total 1$/m);
  });

  it('hold to limits.maxCalls together, and never run one call twice', async () => {
    await start({ 'limits.maxCalls': 3 });
    const [one, other] = await twoCalls();
    const again = await TwilioCall.connect(ws('/twilio/media'), other.callSid);
    again.start();
    assert.deepEqual(await again.client.closed, { code: 4409, reason: 'TW_OUT_OF_ORDER' });
    const ofOther = () => heard.events.filter(({ data }) => data.callId === other.callSid);
    assert.deepEqual(
      ofOther().map(({ type }) => type),
      ['call.started'],
    );

    // The refused socket's place is free once its worker has said that it is closed.
    while ((await fetch(`${tonewire.url}/readyz`)).status !== 200);
    const third = await twilioCall();
    await heard.event('call.started', third.callSid);
    const refused = await refusedUpgrade(ws('/twilio/media'));
    assert.deepEqual(refused, { status: 503, code: 'TW_TOO_MANY_CONNECTIONS' });
    assert.equal((await fetch(`${tonewire.url}/readyz`)).status, 503);
    for (const call of [one, other, third]) call.stop();
    await heard.event('call.ended', other.callSid);
    assert.equal(ofOther().length, 2);
  });

  it('let a call be resumed in the worker that its token names', async () => {
    await start();
    const blocker = await twilioCall();
    await heard.event('call.started', blocker.callSid);
    const first = await WsClient.open(ws('/v1/stream'), ['tonewire.v1']);
    first.send({ ...START, callId: 'resumed' });
    const token = String((await first.message('session.started')).resumeToken);
    const [worker = ''] = token.split('.');
    assert.ok(heard.workers.has(worker));
    first.socket.terminate();
    await first.closed;

    const second = await WsClient.open(ws(`/v1/stream?resume=${worker}`), ['tonewire.v1']);
    second.send({ type: 'session.resume', resumeToken: token });
    assert.equal((await second.message('session.resumed')).callId, 'resumed');
    second.send({ type: 'session.end' });
    assert.equal((await second.closed).code, 1000);
    blocker.stop();
  });

  it('drain: every call in every worker is ended and said so, and no new one is taken', async () => {
    await start();
    const [one, other] = await twoCalls();
    const drained = tonewire.drain();
    for (const call of [one, other]) {
      assert.equal((await heard.event('call.ended', call.callSid)).data.reason, 'drained');
      assert.equal((await call.client.closed).code, 1001);
    }
    await drained;
    assert.equal((await refusedUpgrade(ws('/twilio/media'))).code, 'TW_DRAINING');
  });

  it('do not start with a model that is not there', async () => {
    await assert.rejects(start({ 'analysis.model': '/nowhere' }), { code: 'TW_MODEL_INVALID' });
  });
});
