import assert from 'node:assert/strict';
import { llm, voice } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { LiveKitEar, type LiveKitOptions } from '../../src/adapters/livekit.ts';
import type { TonewireError } from '../../src/protocol/errors.ts';
import { sampleEvent } from '../helpers/sample-events.ts';
import { startTestServer } from '../helpers/start-test-server.ts';
import { type Answer, status, webhookReceiver } from '../helpers/webhook-receiver.ts';

const FRAME_MS = 20;
const RATE_HZ = 24_000;
const SAMPLES = (RATE_HZ * FRAME_MS) / 1000;

const frame = (channels = 1) =>
  new AudioFrame(new Int16Array(SAMPLES * channels).fill(1000), RATE_HZ, channels, SAMPLES);

async function* frames(count: number, channels = 1) {
  for (let index = 0; index < count; index += 1) yield frame(channels);
}

function earOf(options: Partial<LiveKitOptions>) {
  const failures: TonewireError[] = [];
  const ear = new LiveKitEar({
    url: 'http://127.0.0.1:1',
    token: '0123456789abcdef',
    callId: 'room-1',
    onFailure: (error) => failures.push(error),
    ...options,
  });
  return { ear, failures };
}

/** An agent as LiveKit's documentation writes one. */
class ListeningAgent extends voice.Agent {
  readonly #ear: LiveKitEar;

  constructor(ear: LiveKitEar) {
    super({ instructions: 'Be brief.' });
    this.#ear = ear;
  }

  override async onUserTurnCompleted(chat: llm.ChatContext, _message: llm.ChatMessage) {
    await this.#ear.onUserTurnCompleted(chat);
  }

  override async sttNode(
    audio: Parameters<voice.Agent['sttNode']>[0],
    _settings: voice.ModelSettings,
  ) {
    for await (const one of this.#ear.tee(audio)) assert.equal(one.sampleRate, RATE_HZ);
    return null;
  }
}

const { context } = sampleEvent('context.changed').data;

const known: Answer = (response) =>
  void response.end(JSON.stringify({ callId: 'room-1', context }));

const message = () => llm.ChatMessage.create({ role: 'user', content: 'Hello?' });

async function turn(answer: Answer, options: Partial<LiveKitOptions> = {}) {
  const gateway = await webhookReceiver(answer);
  const { ear, failures } = earOf({ url: new URL('/', gateway.url).href, ...options });
  const chat = llm.ChatContext.empty();
  await new ListeningAgent(ear).onUserTurnCompleted(chat, message());
  await gateway.close();
  return { chat, failures, requests: gateway.requests };
}

describe('LiveKitEar', () => {
  it('adds to the turn how the user sounds, for a real agent', async () => {
    const { chat, failures, requests } = await turn(known);
    const [item] = chat.items;
    assert.ok(item?.type === 'message');
    assert.equal(item.role, 'system');
    assert.match(item.textContent ?? '', /^How the caller's voice sounds now: sounds angry/);
    assert.deepEqual(item.extra, { tonewire: context });
    assert.equal(requests[0]?.headers.authorization, 'Bearer 0123456789abcdef');
    assert.deepEqual(failures, []);
  });

  it('adds nothing until something was heard', async () => {
    const { chat, failures } = await turn((response) => void response.end('{"context":null}'));
    assert.deepEqual([chat.items.length, failures.length], [0, 0]);
  });

  const broken: [string, Answer][] = [
    ['refuses', status(404)],
    ['hangs', () => undefined],
    ['lies', (response) => void response.end('<html>')],
  ];
  for (const [what, answer] of broken) {
    it(`holds no turn up when the gateway ${what}`, async () => {
      const { chat, failures } = await turn(answer, { contextTimeoutMs: 100 });
      assert.deepEqual([chat.items.length, failures.length], [0, 1]);
      assert.equal(failures[0]?.code, 'TW_ADAPTER_FAILED');
    });
  }

  it("sends the audio of an agent's sttNode to the gateway beside, as a call of that name", async () => {
    const server = await startTestServer();
    const { ear, failures } = earOf({ url: server.url, metadata: { room: 'blue' } });
    await new ListeningAgent(ear).sttNode(frames(50), {});
    await ear.close();
    const [started] = server.events;
    assert.ok(started?.type === 'call.started');
    assert.deepEqual([started.data.callId, started.data.metadata], ['room-1', { room: 'blue' }]);
    const ended = server.events.at(-1);
    assert.ok(ended?.type === 'call.ended');
    assert.equal(ended.data.legs[0]?.audioMs, 50 * FRAME_MS);
    assert.deepEqual(failures, []);
    await server.terminate();
  });

  it('passes audio on all the same when there is no gateway, or it is not one channel', async () => {
    for (const channels of [1, 2]) {
      const { ear, failures } = earOf({});
      let passed = 0;
      for await (const _ of ear.tee(frames(10, channels))) passed += 1;
      await ear.close();
      assert.deepEqual([passed, failures.length], [10, 1]);
    }
  });
});
