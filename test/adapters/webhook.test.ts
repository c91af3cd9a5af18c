import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { Webhook } from 'standardwebhooks';
import { type EventFilterOptions, wantedTypes } from '../../src/adapters/event-filter.ts';
import {
  createWebhookAdapter,
  RETRY_DELAYS_MS,
  type WebhookConfig,
  type WebhookTiming,
} from '../../src/adapters/webhook.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { systemClock } from '../../src/protocol/clock.ts';
import { TonewireError } from '../../src/protocol/errors.ts';
import { EVENT_TYPES } from '../../src/protocol/events.ts';
import { adapterContract } from '../contract/adapter-contract.ts';
import { gate, lentContext } from '../helpers/adapter-doubles.ts';
import { sampleEvent } from '../helpers/sample-events.ts';
import { type Answer, status, webhookReceiver } from '../helpers/webhook-receiver.ts';

const secretOf = (byte: number) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`;
/** The verifier refuses signatures older than 5 min by the machine's clock. */
const now = systemClock.nowMs;

const config: WebhookConfig = {
  name: 'crm',
  url: 'http://127.0.0.1:1/',
  secret: secretOf(1),
  previousSecrets: [],
  filter: loadConfig().adapters.console.filter,
  maxQueue: 100,
  maxInFlight: 4,
  timeoutMs: 5000,
  maxAttempts: 3,
};

const noSignal = () => new AbortController().signal;

/** Waits are recorded and over at once. */
function recordedTiming() {
  const waitsMs: number[] = [];
  const timing: WebhookTiming = {
    wait: async (delayMs) => void waitsMs.push(delayMs),
    random: () => 0.5,
  };
  return { waitsMs, timing };
}

async function started(answers: Answer[], options: Partial<WebhookConfig> = {}, nowMs = now) {
  const receiver = await webhookReceiver(...answers);
  const { waitsMs, timing } = recordedTiming();
  const adapter = createWebhookAdapter({ ...config, url: receiver.url, ...options }, timing);
  const { context, disabled } = lentContext(nowMs);
  await adapter.start?.(context);
  const deliver = async (event = sampleEvent('call.ended'), signal = noSignal()) =>
    adapter.event?.(event, signal);
  return { ...receiver, waitsMs, disabled, adapter, deliver };
}

type Started = Awaited<ReturnType<typeof started>>;

async function failure({ deliver }: Started, signal = noSignal()): Promise<TonewireError> {
  try {
    await deliver(sampleEvent('call.ended'), signal);
  } catch (error) {
    assert.ok(error instanceof TonewireError, String(error));
    assert.equal(error.code, 'TW_ADAPTER_FAILED');
    return error;
  }
  assert.fail('the delivery did not fail');
}

adapterContract(
  'webhook',
  async () => {
    const { adapter, requests, close } = await started([status(200)]);
    return { adapter, received: () => requests.map(({ body }) => JSON.parse(body).type), close };
  },
  async () => {
    const { adapter, close } = await started([status(500)]);
    return { adapter, received: () => [], close };
  },
);

describe('the webhook adapter', () => {
  const open: Started[] = [];
  async function set(...parameters: Parameters<typeof started>): Promise<Started> {
    const subject = await started(...parameters);
    open.push(subject);
    return subject;
  }
  afterEach(async () => {
    for (const subject of open.splice(0)) await subject.close();
  });

  it('posts a CloudEvent that the standardwebhooks package verifies', async () => {
    const { deliver, requests } = await set([status(204)]);
    const event = sampleEvent('call.ended', 3);
    await deliver(event);
    const [request] = requests;
    assert.ok(request);
    assert.equal(request.headers['content-type'], 'application/cloudevents+json');
    assert.equal(request.headers['webhook-id'], 'event-3');
    const headers = request.headers as Record<string, string>;
    assert.deepEqual(new Webhook(config.secret).verify(request.body, headers), event);
    assert.throws(() => new Webhook(secretOf(2)).verify(request.body, headers));
    assert.throws(() => new Webhook(config.secret).verify(`${request.body} `, headers));
  });

  it('signs with old secrets too while they are rotated', async () => {
    const { deliver, requests } = await set([status(200)], { previousSecrets: [secretOf(2)] });
    await deliver();
    const { body = '', headers = {} } = requests[0] ?? {};
    for (const secret of [secretOf(1), secretOf(2)]) {
      new Webhook(secret).verify(body, headers as Record<string, string>);
    }
  });

  it('sends an id that no header could carry in plain characters', async () => {
    const { deliver, requests } = await set([status(200)]);
    await deliver({ ...sampleEvent('call.ended'), id: 'ü/1\n' });
    assert.equal(requests[0]?.headers['webhook-id'], '%C3%BC%2F1%0A');
    const { body = '', headers = {} } = requests[0] ?? {};
    new Webhook(config.secret).verify(body, headers as Record<string, string>);
  });

  it('tries again after a 500, with one id and a signature of its own', async () => {
    let nowMs = now();
    const { deliver, requests, waitsMs } = await set([status(500), status(200)], {}, () => {
      nowMs += 2000;
      return nowMs;
    });
    await deliver();
    assert.equal(requests.length, 2);
    assert.equal(requests[0]?.headers['webhook-id'], requests[1]?.headers['webhook-id']);
    assert.notEqual(
      requests[0]?.headers['webhook-timestamp'],
      requests[1]?.headers['webhook-timestamp'],
    );
    assert.deepEqual(waitsMs, [5500]);
  });

  it('gives up after maxAttempts on the schedule of Standard Webhooks', async () => {
    const subject = await set([status(503)], { maxAttempts: 10 });
    const error = await failure(subject);
    assert.match(error.message, /crm: the receiver answered 503/);
    assert.equal(subject.requests.length, 10);
    assert.deepEqual(
      subject.waitsMs,
      RETRY_DELAYS_MS.map((delayMs) => delayMs * 1.1),
    );
  });

  it('waits as long as retry-after asks, in seconds or as a date, within a day', async () => {
    const nowMs = Date.parse('2026-01-02T03:04:05Z');
    const asked = ['120', 'Fri, 02 Jan 2026 03:06:05 GMT', '99999999', 'soon', '1'];
    const answers = asked.map((value) => status(429, { 'retry-after': value }));
    const subject = await set([...answers, status(200)], { maxAttempts: 6 }, () => nowMs);
    await subject.deliver();
    const dayMs = 24 * 3_600_000;
    const [, , , fourth, fifth] = RETRY_DELAYS_MS;
    const expected = [120_000, 300_000, dayMs, fourth ?? 0, fifth ?? 0];
    assert.deepEqual(
      subject.waitsMs,
      expected.map((ms) => ms * 1.1),
    );
  });

  it('takes 410 as final and switches itself off', async () => {
    const subject = await set([status(410)]);
    await failure(subject);
    assert.equal(subject.requests.length, 1);
    assert.equal(subject.disabled.length, 1);
  });

  it('follows no redirect', async () => {
    const elsewhere = await set([status(200)]);
    const subject = await set([status(307, { location: elsewhere.url })], { maxAttempts: 1 });
    assert.match((await failure(subject)).message, /answered 307/);
    assert.equal(elsewhere.requests.length, 0);
  });

  it('gives up on a receiver that never answers, and on one that never ends its answer', async () => {
    const silent = await set([() => undefined], { maxAttempts: 1, timeoutMs: 50 });
    assert.match((await failure(silent)).message, /no answer within 50 ms/);
    const endless = await set([(response) => void response.writeHead(200).write('x')], {
      maxAttempts: 1,
      timeoutMs: 50,
    });
    assert.match((await failure(endless)).message, /no answer within 50 ms/);
  });

  it('cuts off a 10 MB answer and takes its status all the same', async () => {
    const cut = gate();
    let writtenBytes = 0;
    function* blocks() {
      const block = Buffer.alloc(65_536);
      for (; writtenBytes < 10_000_000; writtenBytes += block.length) yield block;
    }
    const { deliver } = await set([
      (response) => {
        response.on('close', cut.open);
        Readable.from(blocks()).pipe(response);
      },
    ]);
    await deliver();
    await cut.opened;
    assert.ok(writtenBytes < 10_000_000, `${writtenBytes} bytes were taken`);
  });

  it('reports a receiver that cannot be reached', async () => {
    const subject = await set([status(200)], { maxAttempts: 2 });
    await subject.close();
    assert.match((await failure(subject)).message, /no connection/);
    assert.equal(subject.waitsMs.length, 1);
  });

  it('leaves at once when the process does, in a request or in a pause', async () => {
    const leaving = new AbortController();
    const requested = gate();
    const hanging = await set([requested.open]);
    const failed = failure(hanging, leaving.signal);
    await requested.opened;
    leaving.abort();
    assert.match((await failed).message, /cut short/);

    const answered = gate();
    const receiver = await set([
      (response, request) => {
        status(500)(response, request);
        answered.open();
      },
    ]);
    // With its real timing: the pause would last 5 s.
    const pausing = createWebhookAdapter({ ...config, url: receiver.url });
    await pausing.start?.(lentContext().context);
    const stop = new AbortController();
    const delivery = Promise.resolve(pausing.event?.(sampleEvent('call.ended'), stop.signal));
    await answered.opened;
    stop.abort();
    await assert.rejects(delivery, { code: 'TW_ADAPTER_FAILED' });
    assert.equal(receiver.requests.length, 1);
  });

  it('sends everything but the rolling updates unless told otherwise', () => {
    const { name, url, secret } = config;
    const typesOf = (filter?: EventFilterOptions) => {
      const flags = { 'adapters.webhooks': [{ name, url, secret, ...(filter && { filter }) }] };
      const [webhook = config] = loadConfig({ flags }).adapters.webhooks;
      return wantedTypes(createWebhookAdapter(webhook));
    };
    assert.deepEqual(
      typesOf(),
      EVENT_TYPES.filter((type) => type !== 'emotion.updated'),
    );
    assert.deepEqual(typesOf({ events: ['emotion.updated'] }), ['emotion.updated']);
  });
});
