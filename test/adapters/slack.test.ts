import assert from 'node:assert/strict';
import { createSlackAdapter, type SlackConfig } from '../../src/adapters/slack.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { AnyEvent, EventType } from '../../src/protocol/events.ts';
import { adapterContract } from '../contract/adapter-contract.ts';
import { lentContext } from '../helpers/adapter-doubles.ts';
import { sampleEvent } from '../helpers/sample-events.ts';
import { type Answer, status, webhookReceiver } from '../helpers/webhook-receiver.ts';

/** As Slack's API answers: 200 with `ok`, https://docs.slack.dev/reference/methods/chat.postMessage. */
const api =
  (body: object, code = 200): Answer =>
  (response) =>
    void response
      .writeHead(code, { 'content-type': 'application/json; charset=utf-8' })
      .end(JSON.stringify(body));

const posted = api({ ok: true, channel: 'C123', ts: '1503435956.000247' });

/** As an incoming webhook answers. */
const ok: Answer = (response) => void response.writeHead(200).end('ok');

function configOf(url: string, options: object = {}): SlackConfig {
  const flags = { 'adapters.slack': [{ name: 'floor', url, ...options }] };
  const [config] = loadConfig({ flags }).adapters.slack;
  assert.ok(config);
  return config;
}

async function started(answers: Answer[], options: object = {}) {
  const receiver = await webhookReceiver(...answers);
  const waitsMs: number[] = [];
  let nowMs = 0;
  const adapter = createSlackAdapter(configOf(receiver.url, options), async (delayMs) => {
    waitsMs.push(delayMs);
    nowMs += delayMs;
  });
  const { context } = lentContext();
  const clock = { ...context.clock, monotonicMs: () => nowMs };
  await adapter.start?.({ ...context, clock });
  const say = async (event: AnyEvent) => adapter.event?.(event, new AbortController().signal);
  const texts = () => receiver.requests.map(({ body }) => JSON.parse(body).text as string);
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { ...receiver, adapter, say, texts, waitsMs, pass };
}

const typeOf = (text: string): EventType =>
  text.includes('rotating_light') ? 'alert.raised' : 'emotion.changed';

const bot = { token: 'xoxb-1', channel: 'C123' };

adapterContract(
  'slack',
  async () => {
    const { adapter, texts, close } = await started([ok]);
    return { adapter, received: () => texts().map(typeOf), close };
  },
  async () => {
    const { adapter, close } = await started([api({ ok: false, error: 'not_in_channel' })], bot);
    return { adapter, received: () => [], close };
  },
);

describe('the Slack adapter', () => {
  const open: Awaited<ReturnType<typeof started>>[] = [];
  async function set(...parameters: Parameters<typeof started>) {
    const subject = await started(...parameters);
    open.push(subject);
    return subject;
  }
  afterEach(async () => {
    for (const subject of open.splice(0)) await subject.close();
  });

  it('writes changes and alerts so that people can read them', async () => {
    const { say, texts } = await set([ok]);
    await say(sampleEvent('emotion.changed', 0, { atMs: 65_400 }));
    await say(sampleEvent('alert.raised'));
    assert.deepEqual(texts(), [
      '1:05 customer of call-1: listening → *anger* (60 %)',
      ':rotating_light: 0:09 customer of call-1: *The customer has sounded angry for a while.* (angry-customer)',
    ]);
  });

  it('posts as a bot into its channel, or to an incoming webhook without credentials', async () => {
    const asBot = await set([posted], bot);
    await asBot.say(sampleEvent('emotion.changed'));
    const [request] = asBot.requests;
    assert.equal(request?.headers.authorization, 'Bearer xoxb-1');
    assert.equal(JSON.parse(request?.body ?? '').channel, 'C123');
    const hook = await set([ok]);
    await hook.say(sampleEvent('emotion.changed'));
    assert.equal(hook.requests[0]?.headers.authorization, undefined);
  });

  it('sends one message a second, and waits no longer than that', async () => {
    const { say, waitsMs, pass } = await set([ok]);
    await say(sampleEvent('emotion.changed', 1));
    pass(400);
    await say(sampleEvent('emotion.changed', 2));
    pass(1500);
    await say(sampleEvent('emotion.changed', 3));
    assert.deepEqual(waitsMs, [600]);
  });

  it('lets no call mention a channel, a link or a format', async () => {
    const { say, texts } = await set([ok]);
    const callId = '<!channel>&<https://x|y>*_~`\u202e';
    await say(sampleEvent('emotion.changed', 0, { callId }));
    assert.equal(
      texts()[0],
      '0:01 customer of &lt;!channel&gt;&amp;&lt;https://x|y&gt;     : listening → *anger* (60 %)',
    );
  });

  it('passes on how long Slack wants to be left alone', async () => {
    const { say } = await set([status(429, { 'retry-after': '30' })]);
    await assert.rejects(say(sampleEvent('emotion.changed')), {
      prospect: 'passing',
      retryAfterMs: 30_000,
    });
  });

  const refusals: [Answer, string, string][] = [
    [api({ ok: false, error: 'channel_not_found' }), 'permanent', 'channel_not_found'],
    [api({ ok: false, error: 'internal_error' }), 'passing', 'internal_error'],
    [api({ ok: false, error: 'The <script>' }), 'permanent', 'an unknown error'],
    [ok, 'passing', 'an unknown error'],
    [status(503), 'passing', '503'],
    [status(404), 'permanent', '404'],
  ];
  for (const [answer, prospect, reason] of refusals) {
    it(`takes ${reason} (${prospect}) for what it is`, async () => {
      const { say } = await set([answer], bot);
      await assert.rejects(say(sampleEvent('emotion.changed')), {
        prospect,
        message: `Slack floor: it answered ${reason}.`,
      });
    });
  }

  it('gives up on a Slack that never answers, and when the process leaves', async () => {
    const { adapter, say } = await set([() => undefined], { timeoutMs: 100 });
    await assert.rejects(say(sampleEvent('emotion.changed')), { message: /no answer within/ });
    const gone = AbortSignal.abort();
    await assert.rejects(async () => adapter.event?.(sampleEvent('emotion.changed'), gone), {
      message: /cut short/,
    });
  });

  it('is refused by the configuration with half of its credentials', () => {
    const hook = 'https://hooks.slack.com/services/T/B/x';
    assert.throws(() => configOf(hook, { token: 'xoxb-1' }), /token and channel together/);
    assert.throws(() => configOf('https://slack.com/api/chat.postMessage'), /incoming webhook/);
    assert.throws(() => configOf('http://hooks.slack.com/x'), /slack\[0\]\.url/);
  });
});
