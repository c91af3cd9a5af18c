import assert from 'node:assert/strict';
import { createDirectLineAdapter, type DirectLineConfig } from '../../src/adapters/direct-line.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { type BotOptions, botContract } from '../contract/bot-contract.ts';
import { lentContext } from '../helpers/adapter-doubles.ts';
import { sampleEvent } from '../helpers/sample-events.ts';
import { type DirectLineServer, directLineServer } from '../helpers/vendors/direct-line-server.ts';
import { answering } from '../helpers/vendors/vendor-server.ts';

const SECRET = 'RCurR_XV9ZA.cwA.BKA.secret-of-the-channel';

function adapterOf(url: string, { credential, ...rest }: BotOptions & Partial<DirectLineConfig>) {
  const secret = credential === 'wrong' ? 'nobody' : SECRET;
  const bot = { name: 'desk', url, secret, ...rest };
  const { adapters } = loadConfig({ flags: { 'adapters.directLine': [bot] } });
  return createDirectLineAdapter(adapters.directLine[0] as DirectLineConfig, 2);
}

botContract<DirectLineServer>({
  name: 'Direct Line',
  serve: () => directLineServer(SECRET),
  adapter: ({ url }, options = {}) => adapterOf(url, options),
  told: ({ activities }) => activities.map(({ conversationId }) => conversationId),
  secrets: [SECRET],
});

describe('the Direct Line adapter', () => {
  let server: DirectLineServer;
  beforeEach(async () => {
    server = await directLineServer(SECRET);
  });
  afterEach(() => server.close());

  async function started(options: Partial<DirectLineConfig> = {}) {
    let monotonicMs = 0;
    const adapter = adapterOf(server.url, options);
    const { context } = lentContext();
    await adapter.start?.({
      ...context,
      clock: { ...context.clock, monotonicMs: () => monotonicMs },
    });
    const tell = async (callId = 'call-1') => {
      const event = sampleEvent('context.changed', 1, { callId });
      await adapter.event?.(event, new AbortController().signal);
    };
    const pass = (ms: number) => {
      monotonicMs += ms;
    };
    return { tell, pass };
  }

  const paths = () => server.requests.map(({ path }) => path.replace('/v3/directline/', ''));

  it('sends an event activity whose value is the context', async () => {
    const { tell } = await started();
    await tell();
    assert.deepEqual(server.activities, [
      {
        conversationId: 'call-1',
        activity: {
          type: 'event',
          name: 'tonewire.context',
          from: { id: 'tonewire' },
          value: {
            current: 'sounds angry',
            trend: 'rising',
            since: 1500,
            confidence: 0.6,
            suggestion: 'Acknowledge the trouble first.',
          },
          channelData: { callId: 'call-1', eventId: 'event-1' },
        },
      },
    ]);
  });

  it('says that it was the bot that failed, and that it may recover', async () => {
    const { tell } = await started();
    server.botAnswers(500);
    await assert.rejects(tell(), {
      message: 'Direct Line desk, the bot itself: it answered 502.',
      prospect: 'passing',
    });
  });

  it('starts a conversation for each call where it is to have its own, and keeps to it', async () => {
    const { tell } = await started({ ownConversation: true });
    await tell('call-1');
    await tell('call-2');
    await tell('call-1');
    assert.deepEqual(
      server.activities.map(({ conversationId }) => conversationId),
      ['started-1', 'started-2', 'started-1'],
    );
    const credentials = server.requests.map(({ headers }) => headers.authorization);
    assert.equal(credentials.filter((one) => one === `Bearer ${SECRET}`).length, 2, 'to start');
  });

  it('refreshes the token of a conversation before it expires', async () => {
    const { tell, pass } = await started({ ownConversation: true });
    await tell();
    pass(1_500_000);
    await tell();
    await tell();
    const activities = 'conversations/started-1/activities';
    assert.deepEqual(paths(), [
      'conversations',
      activities,
      'tokens/refresh',
      activities,
      activities,
    ]);
  });

  it('starts anew where a token cannot be refreshed any more', async () => {
    const { tell, pass } = await started({ ownConversation: true });
    await tell();
    server.expireTokens();
    pass(4_000_000);
    await tell();
    assert.deepEqual(server.started, ['started-1', 'started-2']);
    assert.equal(server.activities.at(-1)?.conversationId, 'started-2');
  });

  it('does not start anew because a refresh failed in passing', async () => {
    const { tell, pass } = await started({ ownConversation: true });
    await tell();
    pass(1_500_000);
    server.misbehave(answering(503));
    await assert.rejects(tell(), { prospect: 'passing' });
    server.misbehave(undefined);
    await tell();
    assert.deepEqual(server.started, ['started-1']);
  });

  it('starts anew at once when a conversation is over before its time', async () => {
    const { tell } = await started({ ownConversation: true });
    await tell();
    server.expireTokens();
    await tell();
    assert.equal(server.activities.at(-1)?.conversationId, 'started-2');
  });

  it('gives up the oldest of more conversations than it may keep', async () => {
    const { tell } = await started({ ownConversation: true });
    for (const callId of ['call-1', 'call-2', 'call-3', 'call-1']) await tell(callId);
    assert.equal(server.started.length, 4);
  });

  it('fails when what it is told of a new conversation is no answer', async () => {
    const { tell } = await started({ ownConversation: true });
    for (const text of ['', '[]', 'null', '{"conversationId":7}', ' '.repeat(100_000)]) {
      server.misbehave(answering(201, {}, text));
      await assert.rejects(tell(), { message: /names no conversation and token/ });
    }
  });
});
