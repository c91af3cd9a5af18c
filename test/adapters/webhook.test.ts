import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { Webhook } from 'standardwebhooks';
import { DeliveryError } from '../../src/adapters/delivery-error.ts';
import { type EventFilterOptions, wantedTypes } from '../../src/adapters/event-filter.ts';
import { MAX_RETRY_AFTER_MS } from '../../src/adapters/retry-schedule.ts';
import { createWebhookAdapter, type WebhookConfig } from '../../src/adapters/webhook.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { systemClock } from '../../src/protocol/clock.ts';
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
  delivery: 'live',
};

const noSignal = () => new AbortController().signal;

async function started(answers: Answer[], options: Partial<WebhookConfig> = {}, nowMs = now) {
  const receiver = await webhookReceiver(...answers);
  const adapter = createWebhookAdapter({ ...config, url: receiver.url, ...options });
  await adapter.start?.(lentContext(nowMs).context);
  const deliver = async (event = sampleEvent('call.ended'), signal = noSignal()) =>
    adapter.event?.(event, signal);
  return { ...receiver, adapter, deliver };
}

type Started = Awaited<ReturnType<typeof started>>;

async function failure({ deliver }: Started, signal = noSignal()): Promise<DeliveryError> {
  try {
    await deliver(sampleEvent('call.ended'), signal);
  } catch (error) {
    assert.ok(error instanceof DeliveryError, String(error));
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

  it('signs each attempt anew, under one id', async () => {
    let nowMs = now();
    const answers = [status(500), status(200)];
    const { deliver, requests } = await set(answers, {}, () => {
      nowMs += 2000;
      return nowMs;
    });
    await assert.rejects(deliver());
    await deliver();
    const [first, second] = requests.map(({ headers }) => headers);
    assert.equal(first?.['webhook-id'], second?.['webhook-id']);
    assert.notEqual(first?.['webhook-timestamp'], second?.['webhook-timestamp']);
  });

  it('says how long retry-after asks to wait, in seconds or as a date', async () => {
    const nowMs = Date.parse('2026-01-02T03:04:05Z');
    const asked = ['120', 'Fri, 02 Jan 2026 03:06:05 GMT', '99999999', 'soon', '-1'];
    const answers = asked.map((value) => status(429, { 'retry-after': value }));
    const subject = await set(answers, {}, () => nowMs);
    const said: number[] = [];
    for (const _ of asked) said.push((await failure(subject)).retryAfterMs);
    assert.deepEqual(said, [120_000, 120_000, 99_999_999_000, 0, 0]);
    assert.ok(99_999_999_000 > MAX_RETRY_AFTER_MS, 'the host caps it');
  });

  it('says which answers may heal, which cannot, and that 410 is the end of all', async () => {
    const prospects: Record<number, string> = {};
    for (const code of [301, 400, 401, 404, 408, 410, 413, 422, 425, 429, 500, 503]) {
      prospects[code] = (await failure(await set([status(code)]))).prospect;
    }
    const passing = [301, 401, 404, 408, 425, 429, 500, 503].map((code) => [code, 'passing']);
    const permanent = [400, 413, 422].map((code) => [code, 'permanent']);
    assert.deepEqual(prospects, Object.fromEntries([...passing, ...permanent, [410, 'gone']]));
  });

  it('follows no redirect', async () => {
    const elsewhere = await set([status(200)]);
    const subject = await set([status(307, { location: elsewhere.url })]);
    assert.match((await failure(subject)).message, /answered 307/);
    assert.equal(elsewhere.requests.length, 0);
  });

  it('gives up on a receiver that never answers, and on one that never ends its answer', async () => {
    const silent = await set([() => undefined], { timeoutMs: 50 });
    assert.match((await failure(silent)).message, /no answer within 50 ms/);
    const endless = await set([(response) => void response.writeHead(200).write('x')], {
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

  it('gives up on a receiver that answers byte by byte', async () => {
    const dripping: NodeJS.Timeout[] = [];
    const subject = await set(
      [
        (response) => {
          response.writeHead(200);
          dripping.push(setInterval(() => response.write('x'), 10));
        },
      ],
      { timeoutMs: 100 },
    );
    assert.match((await failure(subject)).message, /no answer within 100 ms/);
    for (const timer of dripping) clearInterval(timer);
  });

  it('gives up on a receiver that speaks no HTTP', async () => {
    const subject = await set([(response) => void response.socket?.end('what?\r\n\r\n')]);
    assert.match((await failure(subject)).message, /no connection/);
  });

  it('reports a receiver that cannot be reached', async () => {
    const subject = await set([status(200)]);
    await subject.close();
    const { message, prospect } = await failure(subject);
    assert.match(message, /no connection/);
    assert.equal(prospect, 'passing');
  });

  it('leaves at once when the process does', async () => {
    const leaving = new AbortController();
    const requested = gate();
    const hanging = await set([requested.open]);
    const failed = failure(hanging, leaving.signal);
    await requested.opened;
    leaving.abort();
    assert.match((await failed).message, /cut short/);
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
