import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { HTTP } from 'cloudevents';
import {
  type CloudEventsConfig,
  createCloudEventsAdapter,
} from '../../src/adapters/cloud-events.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { EVENT_TYPES, type EventType } from '../../src/protocol/events.ts';
import { adapterContract } from '../contract/adapter-contract.ts';
import { lentContext } from '../helpers/adapter-doubles.ts';
import { sampleEvent } from '../helpers/sample-events.ts';
import { type Answer, status, webhookReceiver } from '../helpers/webhook-receiver.ts';

function configOf(url: string, options: object = {}): CloudEventsConfig {
  const flags = { 'adapters.cloudEvents': [{ name: 'mesh', url, ...options }] };
  const [config] = loadConfig({ flags }).adapters.cloudEvents;
  assert.ok(config);
  return config;
}

async function received(answers: Answer[], options: object = {}) {
  const receiver = await webhookReceiver(...answers);
  const adapter = createCloudEventsAdapter(configOf(receiver.url, options));
  return { ...receiver, adapter };
}

const noSignal = () => new AbortController().signal;

for (const mode of ['structured', 'binary']) {
  adapterContract(
    `cloud-events, ${mode}`,
    async () => {
      const { adapter, requests, close } = await received([status(202)], { mode });
      const types = () =>
        requests.map(
          ({ headers, body }) => (headers['ce-type'] ?? JSON.parse(body).type) as EventType,
        );
      return { adapter, received: types, close };
    },
    async () => {
      const { adapter, close } = await received([status(500)], { mode });
      return { adapter, received: () => [], close };
    },
  );
}

describe('the CloudEvents adapter', () => {
  for (const mode of ['structured', 'binary']) {
    it(`sends what the CloudEvents SDK reads as the same event, ${mode}`, async () => {
      const { adapter, requests, close } = await received([status(204)], { mode });
      await adapter.start?.(lentContext().context);
      const events = EVENT_TYPES.map((type, index) => sampleEvent(type, index));
      for (const event of events) await adapter.event?.(event, noSignal());
      await close();
      for (const [index, { headers, body }] of requests.entries()) {
        const read = HTTP.toEvent({ headers, body });
        assert.ok(!Array.isArray(read));
        const plain = JSON.parse(JSON.stringify(read));
        assert.deepEqual({ ...plain, sequence: Number(plain.sequence) }, events[index]);
      }
      assert.equal(requests.length, EVENT_TYPES.length);
    });
  }

  it('puts attributes into headers that no header could carry as they are', async () => {
    const { adapter, requests, close } = await received([status(204)], { mode: 'binary' });
    await adapter.start?.(lentContext().context);
    const event = { ...sampleEvent('audio.gap'), subject: 'a "b" 50% ü€😀\r\nx: y' };
    await adapter.event?.(event, noSignal());
    await close();
    // CloudEvents HTTP binding 1.0.2 §3.1.3.2.
    assert.equal(
      requests[0]?.headers['ce-subject'],
      'a%20%22b%22%2050%25%20%C3%BC%E2%82%AC%F0%9F%98%80%0D%0Ax:%20y',
    );
    assert.equal(requests[0]?.headers['content-type'], 'application/json');
  });

  it('shows its authorization, and follows no redirect with it', async () => {
    const elsewhere = await webhookReceiver(status(200));
    const { adapter, requests, close } = await received(
      [status(307, { location: elsewhere.url })],
      { authorization: 'Bearer hush' },
    );
    await adapter.start?.(lentContext().context);
    await assert.rejects(async () => adapter.event?.(sampleEvent('call.ended'), noSignal()), {
      message: 'CloudEvents mesh: the receiver answered 307.',
    });
    assert.equal(requests[0]?.headers.authorization, 'Bearer hush');
    assert.equal(elsewhere.requests.length, 0);
    await close();
    await elsewhere.close();
  });

  it('passes on what the receiver says about trying again', async () => {
    const { adapter, close } = await received([
      status(429, { 'retry-after': '7' }),
      status(413),
      status(410),
    ]);
    await adapter.start?.(lentContext().context);
    for (const expected of [
      { prospect: 'passing', retryAfterMs: 7000 },
      { prospect: 'permanent', retryAfterMs: 0 },
      { prospect: 'gone', retryAfterMs: 0 },
    ]) {
      await assert.rejects(async () => adapter.event?.(sampleEvent('call.ended'), noSignal()), {
        code: 'TW_ADAPTER_FAILED',
        ...expected,
      });
    }
    await close();
  });

  it('is not held up by a receiver that never answers, or with 10 MB', async () => {
    const block = Buffer.alloc(65_536);
    const { adapter, close } = await received(
      [(response) => void Readable.from(Array(160).fill(block)).pipe(response), () => undefined],
      { timeoutMs: 500 },
    );
    await adapter.start?.(lentContext().context);
    await adapter.event?.(sampleEvent('call.ended'), noSignal());
    await assert.rejects(async () => adapter.event?.(sampleEvent('call.ended'), noSignal()), {
      message: 'CloudEvents mesh: no answer within 500 ms.',
    });
    await close();
  });

  it('refuses a URL that is not protected', () => {
    assert.throws(() => configOf('http://mesh.example.com'), /adapters\.cloudEvents\[0\]\.url/);
  });
});
