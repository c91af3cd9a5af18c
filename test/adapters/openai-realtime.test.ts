import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { RealtimeSocket } from '../../src/adapters/openai-realtime/realtime-session.ts';
import {
  createOpenaiRealtimeAdapter,
  type OpenaiRealtimeConfig,
} from '../../src/adapters/openai-realtime.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { AnyEvent } from '../../src/protocol/events.ts';
import { adapterContract } from '../contract/adapter-contract.ts';
import { lentContext } from '../helpers/adapter-doubles.ts';
import { sampleEvent } from '../helpers/sample-events.ts';
import {
  openaiRealtimeServer,
  type Reply,
  refuses,
} from '../helpers/vendors/openai-realtime-server.ts';

function configOf(url: string, options: object = {}): OpenaiRealtimeConfig {
  const one = { name: 'voice', url, apiKey: 'sk-test', ...options };
  const [config] = loadConfig({ flags: { 'adapters.openaiRealtime': [one] } }).adapters
    .openaiRealtime;
  assert.ok(config);
  return config;
}

const changed = (sequence: number, session = 'rtc_1', callId = 'call-1') => ({
  ...sampleEvent('context.changed', sequence, { callId, metadata: { openaiCallId: session } }),
  time: `2026-01-02T03:04:${String(sequence).padStart(2, '0')}.000Z`,
});

async function underContract(reply?: Reply) {
  const server = await openaiRealtimeServer(reply);
  const filter = { events: ['context.changed'] };
  const config = configOf(server.url, { conversation: 'rtc_{callId}', filter });
  const received = () => server.texts().map(() => 'context.changed' as const);
  return { adapter: createOpenaiRealtimeAdapter(config, 10), received, close: server.close };
}

adapterContract(
  'openai-realtime',
  () => underContract(),
  () => underContract(refuses('server_error', null)),
);

describe('the OpenAI Realtime adapter', () => {
  const cleanUp: (() => unknown)[] = [];
  afterEach(async () => {
    for (const step of cleanUp.splice(0).reverse()) await step();
  });

  async function started(options: object = {}, reply?: Reply, maxSessions = 10) {
    const server = await openaiRealtimeServer(reply);
    cleanUp.push(server.close);
    const adapter = createOpenaiRealtimeAdapter(configOf(server.url, options), maxSessions);
    await adapter.start?.(lentContext().context);
    cleanUp.push(() => adapter.stop?.());
    const tell = async (event: AnyEvent, signal = new AbortController().signal) =>
      adapter.event?.(event, signal);
    return { server, adapter, tell };
  }

  it('joins the session that the call names and adds a system message, and asks for no response', async () => {
    const { server, tell } = await started();
    await tell(changed(1));
    assert.deepEqual(server.callIds, ['rtc_1']);
    const { event_id, ...message } = server.received[0] ?? {};
    assert.ok(event_id);
    assert.deepEqual(message, {
      type: 'conversation.item.create',
      item: {
        id: server.received[0]?.item?.id,
        type: 'message',
        role: 'system',
        content: [{ type: 'input_text', text: server.texts()[0] }],
      },
    });
    assert.ok((server.received[0]?.item?.id.length ?? 99) <= 32);
    assert.match(server.texts()[0] ?? '', /^How the caller's voice sounds now: sounds angry/);
    assert.equal(server.received.length, 1);
  });

  it('keeps only the newest message in the conversation, on one connection', async () => {
    const { server, tell } = await started();
    for (const sequence of [1, 2, 3]) await tell(changed(sequence));
    await tell(sampleEvent('call.ended'));
    await once(server.sockets[0] as never, 'close');
    const ids = server.received.flatMap(({ item }) => item?.id ?? []);
    const deleted = server.received.flatMap(({ item_id }) => item_id ?? []);
    assert.equal(new Set(ids).size, 3);
    assert.deepEqual(deleted, ids.slice(0, 2));
    assert.equal(server.sockets.length, 1);
  });

  it('puts the hint below the instructions that it is given', async () => {
    const { server, tell } = await started({ instructions: 'You are a clerk.' });
    await tell(changed(1));
    const { type, session } = server.received[0] ?? {};
    assert.equal(type, 'session.update');
    assert.match(session?.instructions ?? '', /^You are a clerk\.\n\nHow the caller's voice/);
  });

  it('makes the same item of an event that comes twice', async () => {
    const replies: Reply[] = [(socket) => socket.terminate()];
    const { server, tell } = await started({}, (socket, event) =>
      (replies.shift() ?? accepting)(socket, event),
    );
    await assert.rejects(tell(changed(1)), {
      message: 'OpenAI Realtime voice: the session has ended.',
    });
    await tell(changed(1));
    assert.equal(server.received[0]?.item?.id, server.received[1]?.item?.id);
    assert.equal(server.sockets.length, 2);
  });

  it('leaves a call alone that names no session', async () => {
    const { server, tell } = await started();
    await tell(sampleEvent('context.changed', 1, { metadata: {} }));
    assert.equal(server.sockets.length, 0);
  });

  it('keeps a bounded number of connections, the newest', async () => {
    const { server, tell } = await started({}, undefined, 2);
    for (const n of [1, 2, 3]) await tell(changed(n, `rtc_${n}`, `call-${n}`));
    await once(server.sockets[0] as never, 'close');
    assert.deepEqual(
      server.sockets.map(({ readyState }) => readyState === 1),
      [false, true, true],
    );
  });

  const refusals: [Reply, object][] = [
    [
      refuses('invalid_request_error', 'invalid_value'),
      { prospect: 'permanent', message: /invalid_value/ },
    ],
    [refuses('server_error', null), { prospect: 'passing', message: /server_error/ }],
    [refuses('server_error', 'The <b>'), { prospect: 'passing', message: /it answered an error/ }],
    [() => undefined, { prospect: 'passing', message: /no answer within 300 ms/ }],
    [(socket) => socket.send('x'.repeat(10_000_000)), { message: /no answer within 300 ms/ }],
    [(socket) => socket.send('[null'), { message: /no answer within 300 ms/ }],
  ];
  for (const [index, [reply, expected]] of refusals.entries()) {
    it(`reports a session that refuses, lies or hangs (${index + 1})`, async () => {
      const { tell } = await started({ timeoutMs: 300 }, reply);
      await assert.rejects(tell(changed(1)), { code: 'TW_ADAPTER_FAILED', ...expected });
    });
  }

  it('reports a key that is wrong and a session that is not there', async () => {
    const wrong = await started({ apiKey: 'sk-other' });
    await assert.rejects(wrong.tell(changed(1)), { prospect: 'passing', message: /\(401\)/ });
    const { tell } = await started();
    await assert.rejects(tell(changed(1, 'none')), { prospect: 'permanent', message: /\(404\)/ });
  });

  it('gives up at once when the process is leaving', async () => {
    const { tell } = await started();
    await assert.rejects(tell(changed(1), AbortSignal.abort()), { message: /cut short/ });
  });

  it('speaks on a socket that the app hands over', async () => {
    const sent: string[] = [];
    let hear: (data: unknown) => void = () => undefined;
    const socket: RealtimeSocket = {
      send: (text) => {
        sent.push(text);
        const { item } = JSON.parse(text);
        queueMicrotask(() => hear(JSON.stringify({ type: 'conversation.item.created', item })));
      },
      on: (name: string, listener: (data: never) => void) => {
        if (name === 'message') hear = listener as (data: unknown) => void;
      },
      close: () => undefined,
    };
    const config = configOf('wss://api.openai.com/v1/realtime');
    const adapter = createOpenaiRealtimeAdapter(config, 10, async () => socket);
    await adapter.start?.(lentContext().context);
    await adapter.event?.(changed(1), new AbortController().signal);
    assert.equal(sent.length, 1);
  });

  it('refuses an address that is not protected', () => {
    assert.throws(() => configOf('ws://api.openai.com'), /openaiRealtime\[0\]\.url/);
  });
});

const accepting: Reply = (socket, { item }) =>
  socket.send(JSON.stringify({ type: 'conversation.item.added', item }));
