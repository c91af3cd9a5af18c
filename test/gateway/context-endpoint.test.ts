import assert from 'node:assert/strict';
import { Contexts } from '../../src/adapters/context/contexts.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { silentLogger } from '../../src/log/logger.ts';
import { sampleEvent } from '../helpers/sample-events.ts';
import { startTestServer, stopTestServers } from '../helpers/start-test-server.ts';

const KEY = { id: 'bot', key: '0123456789abcdef', permissions: ['events'] };

describe('GET /v1/calls/{callId}/context', () => {
  afterEach(stopTestServers);

  async function ask(callId: string, flags = {}, headers = {}) {
    const contexts = new Contexts(loadConfig().context, 10, { inc: () => undefined });
    contexts.take(sampleEvent('call.started', 0, { callId: 'call/1' }));
    contexts.take(sampleEvent('call.started', 0, { callId: 'call-2' }));
    contexts.take(sampleEvent('emotion.updated', 1, { callId: 'call/1' }));
    const server = await startTestServer(flags, silentLogger, { contexts });
    const path = `/v1/calls/${encodeURIComponent(callId)}/context`;
    const response = await fetch(server.url + path, { headers });
    return { status: response.status, body: JSON.parse(await response.text()) };
  }

  it('says how a call sounds now', async () => {
    const { status, body } = await ask('call/1');
    assert.equal(status, 200);
    assert.equal(body.callId, 'call/1');
    assert.equal(body.context.current, 'sounds angry');
  });

  it('says null while nothing is known', async () => {
    assert.deepEqual(await ask('call-2'), {
      status: 200,
      body: { callId: 'call-2', context: null },
    });
  });

  it('does not know a call that is not going on', async () => {
    const { status, body } = await ask('call-3');
    assert.equal(status, 404);
    assert.equal(body.error.code, 'TW_NOT_FOUND');
  });

  it('wants a key that may follow events', async () => {
    const flags = { 'auth.apiKeys': [KEY] };
    assert.equal((await ask('call-2', flags)).status, 401);
    const headers = { authorization: `Bearer ${KEY.key}` };
    assert.equal((await ask('call-2', flags, headers)).status, 200);
  });
});
