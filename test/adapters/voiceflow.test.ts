import assert from 'node:assert/strict';
import { createVoiceflowAdapter, type VoiceflowConfig } from '../../src/adapters/voiceflow.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { type BotOptions, botContract } from '../contract/bot-contract.ts';
import { lentContext } from '../helpers/adapter-doubles.ts';
import { sampleEvent } from '../helpers/sample-events.ts';
import { type VoiceflowServer, voiceflowServer } from '../helpers/vendors/voiceflow-server.ts';

const KEY = 'VF.DM.0123456789abcdef.secret';
const PROJECT = '64f0c0ffee';

function adapterOf(url: string, { credential, ...rest }: BotOptions = {}) {
  const apiKey = credential === 'wrong' ? 'VF.DM.nobody' : KEY;
  const voiceflow = { name: 'desk', url, apiKey, projectId: PROJECT, ...rest };
  const { adapters } = loadConfig({ flags: { 'adapters.voiceflow': [voiceflow] } });
  return createVoiceflowAdapter(adapters.voiceflow[0] as VoiceflowConfig, 10);
}

botContract<VoiceflowServer>({
  name: 'Voiceflow',
  serve: () => voiceflowServer(KEY, PROJECT),
  adapter: ({ url }, options) => adapterOf(url, options),
  told: ({ states }) => [...states.keys()],
  secrets: [KEY],
});

describe('the Voiceflow adapter', () => {
  it("merges five variables into the user's state", async () => {
    const server = await voiceflowServer(KEY, PROJECT);
    server.states.set('call-1', { cart: 3 });
    const adapter = adapterOf(server.url);
    await adapter.start?.(lentContext().context);
    await adapter.event?.(sampleEvent('context.changed'), new AbortController().signal);
    await server.close();
    assert.deepEqual(server.states.get('call-1'), {
      cart: 3,
      tonewire_current: 'sounds angry',
      tonewire_trend: 'rising',
      tonewire_since: 1500,
      tonewire_confidence: 0.6,
      tonewire_suggestion: 'Acknowledge the trouble first.',
    });
    assert.equal(server.requests[0]?.path, '/state/user/call-1/variables');
  });
});
