import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { connectAsync } from 'mqtt';
import { createMqttAdapter, type MqttConfig } from '../../src/adapters/mqtt.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { EVENT_TYPES, type EventType } from '../../src/protocol/events.ts';
import { adapterContract } from '../contract/adapter-contract.ts';
import { lentContext } from '../helpers/adapter-doubles.ts';
import { mqttBroker } from '../helpers/mqtt-broker.ts';
import { sampleEvent } from '../helpers/sample-events.ts';

type Broker = Awaited<ReturnType<typeof mqttBroker>>;

function configOf(url: string, options: object = {}): MqttConfig {
  const flags = { 'adapters.mqtt': [{ name: 'floor', url, ...options }] };
  const [config] = loadConfig({ flags }).adapters.mqtt;
  assert.ok(config);
  return config;
}

const noSignal = () => new AbortController().signal;

adapterContract(
  'mqtt',
  async () => {
    const broker = await mqttBroker();
    return {
      adapter: createMqttAdapter(configOf(broker.url)),
      received: () =>
        broker.published
          .filter(({ topic }) => topic !== 'tonewire/status')
          .map(({ payload }) => JSON.parse(payload).type as EventType),
      close: broker.close,
    };
  },
  async () => {
    const broker = await mqttBroker({
      authenticate: (_client, _user, _password, done) =>
        done(Object.assign(new TypeError('no'), { returnCode: 5 }), null),
    });
    return {
      adapter: createMqttAdapter(configOf(broker.url, { timeoutMs: 300 })),
      received: () => [],
      close: broker.close,
    };
  },
);

describe('the MQTT adapter', () => {
  const cleanUp: (() => unknown)[] = [];
  afterEach(async () => {
    for (const step of cleanUp.splice(0).reverse()) await step();
  });

  async function connected(options: Partial<MqttConfig> = {}, broker?: Broker) {
    const used = broker ?? (await mqttBroker());
    if (!broker) cleanUp.push(used.close);
    const adapter = createMqttAdapter(configOf(used.url, options));
    await adapter.start?.(lentContext().context);
    cleanUp.push(() => adapter.stop?.());
    return { adapter, broker: used };
  }

  /** What somebody gets who subscribes now: the retained messages. */
  async function retained(broker: Broker, topic: string): Promise<Map<string, string>> {
    const client = await connectAsync(broker.url);
    const found = new Map<string, string>();
    client.on('message', (name, payload) => void found.set(name, payload.toString()));
    await client.subscribeAsync(topic);
    // Answered after every retained message was sent.
    await client.publishAsync('done', '', { qos: 1 });
    await client.endAsync();
    return found;
  }

  it('publishes each event to the topic of its call, leg and type', async () => {
    const { adapter, broker } = await connected({ qos: 2 });
    const event = sampleEvent('alert.raised', 4);
    await adapter.event?.(event, noSignal());
    await adapter.event?.(sampleEvent('call.ended'), noSignal());
    const alert = await broker.publishedTo('tonewire/call-1/customer/alert.raised');
    assert.deepEqual(JSON.parse(alert.payload), event);
    assert.deepEqual([alert.qos, alert.retain], [2, false]);
    await broker.publishedTo('tonewire/call-1/call/call.ended');
  });

  it('lets no call name a level, a wildcard or a topic of the broker', async () => {
    const { adapter, broker } = await connected({ topic: '{callId}/{type}' });
    const event = sampleEvent('audio.gap', 0, { callId: '$SYS/+/#/ü%' });
    await adapter.event?.(event, noSignal());
    await broker.publishedTo('%24SYS%2F%2B%2F%23%2F%C3%BC%25/audio.gap');
  });

  it('keeps the newest label of each leg for whoever comes later, until the call ends', async () => {
    const { adapter, broker } = await connected({ retainState: true });
    for (const [index, to] of (['anger', 'calm'] as const).entries()) {
      await adapter.event?.(sampleEvent('emotion.changed', index, { to }), noSignal());
    }
    const during = await retained(broker, 'tonewire/+/+/state');
    const state = JSON.parse(during.get('tonewire/call-1/customer/state') ?? '');
    assert.deepEqual(state, {
      callId: 'call-1',
      leg: 'customer',
      label: 'calm',
      confidence: 0.6,
      atMs: 1500,
      time: '2026-01-02T03:04:05.678Z',
      eventId: 'event-1',
    });
    await adapter.event?.(sampleEvent('call.ended'), noSignal());
    assert.equal((await retained(broker, 'tonewire/+/+/state')).size, 0);
  });

  it('says that it is online, and when it leaves', async () => {
    const { adapter, broker } = await connected();
    await broker.publishedTo('tonewire/status', 'online');
    assert.equal((await retained(broker, 'tonewire/status')).get('tonewire/status'), 'online');
    await adapter.stop?.();
    assert.equal((await retained(broker, 'tonewire/status')).get('tonewire/status'), 'offline');
  });

  it('has the broker say that it was lost', async () => {
    const { broker } = await connected();
    await broker.publishedTo('tonewire/status', 'online');
    broker.cut();
    await broker.publishedTo('tonewire/status', 'offline');
  });

  it('shows its credentials to the broker', async () => {
    const seen: string[] = [];
    const broker = await mqttBroker({
      authenticate: (client, username, password, done) => {
        seen.push(`${client.id} ${username} ${password}`);
        done(null, true);
      },
    });
    cleanUp.push(broker.close);
    const { adapter } = await connected(
      { clientId: 'gateway-1', username: 'tonewire', password: 'hush' },
      broker,
    );
    await adapter.event?.(sampleEvent('call.ended'), noSignal());
    assert.deepEqual(seen, ['gateway-1 tonewire hush']);
  });

  it('delivers again after the connection broke', async () => {
    const { adapter, broker } = await connected();
    await adapter.event?.(sampleEvent('call.ended', 1), noSignal());
    broker.cut();
    await once(broker.aedes, 'clientDisconnect');
    await adapter.event?.(sampleEvent('call.ended', 2), noSignal());
    assert.equal(broker.published.filter(({ topic }) => topic.endsWith('call.ended')).length, 2);
  });

  it('gives up on a broker that is not there, in time', async () => {
    const broker = await mqttBroker();
    await broker.close();
    const { adapter } = await connected({ timeoutMs: 100 }, broker);
    await assert.rejects(async () => adapter.event?.(sampleEvent('call.ended'), noSignal()), {
      code: 'TW_ADAPTER_FAILED',
      message: 'MQTT floor: no connection in time.',
    });
  });

  it('gives up on a broker that takes a message and never says so, and forgets the message', async () => {
    // CONNACK, and then nothing any more: MQTT 3.1.1 §3.2.
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.write(Buffer.of(0x20, 2, 0, 0)));
      cleanUp.push(() => socket.destroy());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanUp.push(() => server.close());
    const address = server.address();
    assert.ok(address && typeof address === 'object');
    const config = configOf(`mqtt://127.0.0.1:${address.port}`, { timeoutMs: 300 });
    const adapter = createMqttAdapter(config);
    await adapter.start?.(lentContext().context);
    cleanUp.push(() => adapter.stop?.());
    for (let index = 0; index < 3; index += 1) {
      await assert.rejects(async () => adapter.event?.(sampleEvent('call.ended'), noSignal()), {
        message: 'MQTT floor: no acknowledgement in time.',
      });
    }
  });

  it('publishes everything but the rolling updates unless told otherwise', () => {
    assert.deepEqual(
      configOf('mqtt://127.0.0.1').filter.events,
      EVENT_TYPES.filter((type) => type !== 'emotion.updated'),
    );
  });

  const refused: [string, object, RegExp][] = [
    ['plain MQTT to another machine', { url: 'mqtt://broker.example.com' }, /mqtt\[0\]\.url/],
    ['credentials in the URL', { url: 'mqtts://u:p@broker.example.com' }, /mqtt\[0\]\.url/],
    ['a wildcard in a topic', { topic: 'a/#' }, /mqtt\[0\]\.topic/],
    ['an unknown placeholder', { topic: 'a/{caller}' }, /mqtt\[0\]\.topic/],
    ['one retained label for all calls', { retainState: true, stateTopic: 'a' }, /stateTopic/],
    [
      'retained labels that are never taken back',
      { retainState: true, filter: { events: ['emotion.changed'] } },
      /filter\.events must hold call\.ended/,
    ],
  ];
  for (const [what, options, message] of refused) {
    it(`refuses ${what}`, () => {
      assert.throws(() => configOf('mqtt://127.0.0.1', options), message);
    });
  }
});
