import assert from 'node:assert/strict';
import { type BotpressConfig, createBotpressAdapter } from '../../src/adapters/botpress.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { type BotOptions, botContract } from '../contract/bot-contract.ts';
import { lentContext } from '../helpers/adapter-doubles.ts';
import { sampleEvent } from '../helpers/sample-events.ts';
import { type BotpressServer, botpressServer } from '../helpers/vendors/botpress-server.ts';

const KEY = 'user-key-of-the-observer';
const ENCRYPTION_KEY = 'an-encryption-key-of-the-integration';
const WEBHOOK = '9047e8d1-2f44-4b7c-9b9e-9d7e7f0d5151';

function adapterOf(url: string, options: Record<string, unknown>) {
  const botpress = { name: 'desk', url, webhookId: WEBHOOK, ...options };
  const { adapters } = loadConfig({ flags: { 'adapters.botpress': [botpress] } });
  return createBotpressAdapter(adapters.botpress[0] as BotpressConfig, 10);
}

const told = ({ events }: BotpressServer) => events.map(({ conversationId }) => conversationId);

botContract<BotpressServer>({
  name: "Botpress, with a user's key",
  serve: () => botpressServer(WEBHOOK, { users: { [KEY]: 'observer' } }),
  adapter: ({ url }, { credential, ...rest }: BotOptions = {}) =>
    adapterOf(url, { userKey: credential === 'wrong' ? 'nobody' : KEY, ...rest }),
  told,
  secrets: [KEY],
});

botContract<BotpressServer>({
  name: 'Botpress, with an encryption key',
  serve: () => botpressServer(WEBHOOK, { encryptionKey: ENCRYPTION_KEY }),
  adapter: ({ url }, { credential, ...rest }: BotOptions = {}) =>
    adapterOf(url, { encryptionKey: credential === 'wrong' ? 'x' : ENCRYPTION_KEY, ...rest }),
  told,
  secrets: [ENCRYPTION_KEY],
});

describe('the Botpress adapter', () => {
  let server: BotpressServer;
  beforeEach(async () => {
    server = await botpressServer(WEBHOOK, { encryptionKey: ENCRYPTION_KEY });
  });
  afterEach(() => server.close());

  async function tell(options: Record<string, unknown>) {
    const adapter = adapterOf(server.url, { encryptionKey: ENCRYPTION_KEY, ...options });
    await adapter.start?.(lentContext().context);
    await adapter.event?.(sampleEvent('context.changed', 4), new AbortController().signal);
  }

  it('sends the context as a custom event, in the name of the user that the call names', async () => {
    await tell({ conversation: '{metadata.queue}-{callId}', user: 'user-{callId}' });
    assert.deepEqual(server.events, [
      {
        conversationId: 'billing-call-1',
        userId: 'user-call-1',
        payload: {
          type: 'tonewire.context',
          callId: 'call-1',
          eventId: 'event-4',
          current: 'sounds angry',
          trend: 'rising',
          since: 1500,
          confidence: 0.6,
          suggestion: 'Acknowledge the trouble first.',
        },
      },
    ]);
  });

  it('sends nothing in the name of nobody', async () => {
    await assert.rejects(tell({ user: '{metadata.userId}' }), { prospect: 'permanent' });
    assert.deepEqual(server.requests, []);
  });
});
