import assert from 'node:assert/strict';
import { Contexts } from '../../src/adapters/context/contexts.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { silentLogger } from '../../src/log/logger.ts';
import { sampleEvent } from '../helpers/sample-events.ts';
import { startTestServer, stopTestServers } from '../helpers/start-test-server.ts';

const AGENT = 'projects/shop/locations/global/agents/a-1';
const KEY = '0123456789abcdef';

describe('the webhook for Dialogflow', () => {
  afterEach(stopTestServers);

  const flags = {
    'auth.apiKeys': [{ id: 'agent', key: KEY, permissions: ['events'] }],
    'adapters.dialogflow': [
      { name: 'shop', agent: AGENT, conversation: '{metadata.session}' },
      { name: 'live', agent: AGENT, environment: 'prod', prefix: 'caller_' },
    ],
  };

  async function start() {
    const contexts = new Contexts(loadConfig().context, 10, { inc: () => undefined });
    contexts.take(sampleEvent('call.started', 0, { metadata: { session: 's-1' } }));
    contexts.take(sampleEvent('emotion.updated', 1));
    const server = await startTestServer(flags, silentLogger, { contexts });
    return async (body: unknown, authorization = `Bearer ${KEY}`) => {
      const response = await fetch(`${server.url}/dialogflow/webhook`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      return { status: response.status, body: JSON.parse(await response.text()) };
    };
  }

  /** As Dialogflow asks, shortened. */
  const asked = (session: string) => ({
    detectIntentResponseId: 'r-1',
    fulfillmentInfo: { tag: 'tone' },
    sessionInfo: { session, parameters: { order: '4711' } },
    text: 'where is my parcel',
  });

  it('answers with session parameters that say how the caller sounds', async () => {
    const ask = await start();
    assert.deepEqual(await ask(asked(`${AGENT}/sessions/s-1`)), {
      status: 200,
      body: {
        sessionInfo: {
          parameters: {
            tonewire_current: 'sounds angry',
            tonewire_trend: 'steady',
            tonewire_since: 1500,
            tonewire_confidence: 0.6,
            tonewire_suggestion:
              'Acknowledge the trouble first, then be brief and name the next step.',
          },
        },
      },
    });
  });

  it('knows the environments of an agent apart', async () => {
    const ask = await start();
    const { body } = await ask(asked(`${AGENT}/environments/prod/sessions/call-1`));
    assert.equal(body.sessionInfo.parameters.caller_current, 'sounds angry');
  });

  it('has nothing to say of a session without a call, and lets the agent go on', async () => {
    const ask = await start();
    assert.deepEqual(await ask(asked(`${AGENT}/sessions/other`)), {
      status: 200,
      body: { sessionInfo: { parameters: {} } },
    });
  });

  it('wants a key that may read events, before it reads a body', async () => {
    const ask = await start();
    assert.equal((await ask(asked(`${AGENT}/sessions/s-1`), 'Bearer nobody')).status, 401);
    assert.equal((await ask('x'.repeat(2_000_000), 'Bearer nobody')).status, 401);
  });

  it('refuses an agent that is not configured, and what is no request of Dialogflow', async () => {
    const ask = await start();
    const other = 'projects/shop/locations/global/agents/a-2/sessions/s-1';
    assert.equal((await ask(asked(other))).body.error.code, 'TW_NOT_FOUND');
    for (const body of ['{', '[]', 'null', '{"sessionInfo":{"session":7}}']) {
      assert.equal((await ask(body)).body.error.code, 'TW_BAD_REQUEST', body);
    }
    assert.equal((await ask(asked('x'.repeat(2_000_000)))).body.error.code, 'TW_MESSAGE_TOO_LARGE');
  });

  it('is not there unless an agent is configured', async () => {
    const server = await startTestServer({});
    const response = await fetch(`${server.url}/dialogflow/webhook`, { method: 'POST' });
    assert.equal(response.status, 404);
  });
});
