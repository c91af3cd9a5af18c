import assert from 'node:assert/strict';
import { createRasaAdapter, type RasaConfig } from '../../src/adapters/rasa.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { BotContext } from '../../src/protocol/bot-context.ts';
import { type BotOptions, botContract } from '../contract/bot-contract.ts';
import { lentContext } from '../helpers/adapter-doubles.ts';
import { sampleEvent } from '../helpers/sample-events.ts';
import { type RasaServer, rasaServer } from '../helpers/vendors/rasa-server.ts';

const TOKEN = 'rasa-token-1';
const INTENT = 'EXTERNAL_sounds_angry';

function configOf(url: string, { credential, ...rest }: BotOptions & Partial<RasaConfig> = {}) {
  const token = credential === 'wrong' ? 'nobody' : TOKEN;
  const rasa = { name: 'desk', url, token, ...rest };
  return loadConfig({ flags: { 'adapters.rasa': [rasa] } }).adapters.rasa[0] as RasaConfig;
}

botContract<RasaServer>({
  name: 'Rasa',
  serve: () => rasaServer(TOKEN, []),
  adapter: (server, options) => createRasaAdapter(configOf(server.url, options), 10),
  told: ({ trackers }) => [...trackers.keys()],
  secrets: [TOKEN],
});

describe('the Rasa adapter', () => {
  let server: RasaServer;
  beforeEach(async () => {
    server = await rasaServer(TOKEN, [INTENT]);
  });
  afterEach(() => server.close());

  async function started(options: Record<string, unknown> = {}) {
    const adapter = createRasaAdapter(configOf(server.url, options), 10);
    await adapter.start?.(lentContext().context);
    let sequence = 0;
    return async (context: Partial<BotContext> = {}) => {
      sequence += 1;
      const event = sampleEvent('context.changed', sequence);
      const time = `2026-01-02T03:04:05.${String(sequence).padStart(3, '0')}Z`;
      const data = { ...event.data, context: { ...event.data.context, ...context } };
      await adapter.event?.({ ...event, time, data }, new AbortController().signal);
    };
  }

  it('sets five slots and asks for nothing back', async () => {
    const tell = await started();
    await tell();
    const [request] = server.requests;
    assert.equal(request?.path, '/conversations/call-1/tracker/events');
    assert.equal(request?.query.get('include_events'), 'NONE');
    assert.deepEqual(Object.fromEntries(server.trackers.get('call-1') ?? []), {
      tonewire_current: 'sounds angry',
      tonewire_trend: 'rising',
      tonewire_since: 1500,
      tonewire_confidence: 0.6,
      tonewire_suggestion: 'Acknowledge the trouble first.',
    });
    assert.deepEqual(server.triggered, []);
  });

  it('brings a JSON Web Token where the server wants one', async () => {
    const tell = await started({ token: undefined, jwt: 'ey.J.x' });
    await tell().catch(() => undefined);
    assert.equal(server.requests[0]?.headers.authorization, 'Bearer ey.J.x');
    assert.equal(server.requests[0]?.query.has('token'), false);
  });

  it('works below a path of a proxy, under a prefix of its own', async () => {
    const tell = await started({ url: `${server.url}/rasa/`, prefix: 'caller_' });
    await tell().catch(() => undefined);
    assert.equal(server.requests[0]?.path, '/rasa/conversations/call-1/tracker/events');
    assert.match(JSON.stringify(server.requests[0]?.body), /"caller_current"/);
  });

  it('triggers the intent when such a context begins, after the slots, and not again while it goes on', async () => {
    const tell = await started({ triggerIntent: { name: INTENT } });
    await tell({ current: 'sounds neutral', trend: 'steady' });
    await tell({ current: 'sounds angry', trend: 'rising' });
    await tell({ current: 'sounds angry', trend: 'steady' });
    await tell({ current: 'sounds calm', trend: 'easing' });
    await tell({ current: 'sounds angry', trend: 'rising' });
    const once = { conversation: 'call-1', name: INTENT, channel: 'latest' };
    assert.deepEqual(server.triggered, [once, once]);
    assert.deepEqual(
      server.requests.map(({ path }) => path.split('/').at(-1)),
      ['events', 'events', 'trigger_intent', 'events', 'events', 'events', 'trigger_intent'],
    );
  });

  it('triggers only for the trend that was asked for', async () => {
    const tell = await started({ triggerIntent: { name: INTENT, trend: ['rising'] } });
    await tell({ trend: 'steady' });
    assert.deepEqual(server.triggered, []);
    await tell({ trend: 'rising' });
    assert.equal(server.triggered.length, 1);
  });

  it('triggers at the next attempt when the first did not get so far', async () => {
    const tell = await started({ triggerIntent: { name: INTENT } });
    server.misbehave((response, { path }) => {
      response.writeHead(path.endsWith('trigger_intent') ? 503 : 200).end('{}');
    });
    await assert.rejects(() => tell());
    server.misbehave(undefined);
    await tell();
    assert.equal(server.triggered.length, 1);
  });

  it('says that an intent the bot does not know is permanent', async () => {
    const tell = await started({ triggerIntent: { name: 'EXTERNAL_unknown' } });
    await assert.rejects(() => tell(), { prospect: 'permanent', message: /Rasa desk: .* 404/ });
  });
});
