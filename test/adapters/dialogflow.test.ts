import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importSPKI } from 'jose';
import { createDialogflowAdapter, type DialogflowConfig } from '../../src/adapters/dialogflow.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { botContract } from '../contract/bot-contract.ts';
import { lentContext, stoppedClock } from '../helpers/adapter-doubles.ts';
import { sampleEvent } from '../helpers/sample-events.ts';
import { type DialogflowServer, dialogflowServer } from '../helpers/vendors/dialogflow-server.ts';

const EMAIL = 'tonewire@project.iam.gserviceaccount.com';
const AGENT = 'projects/shop/locations/europe-west3/agents/0a1b2c';
const CALL = 'CA1cdd9a19892b14bf962568e884d85063';

describe('with a Google service account', () => {
  let folder = '';
  let right: { publicKey: KeyObject; privateKey: KeyObject };
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tonewire-'));
    right = generateKeyPairSync('rsa', { modulusLength: 2048 });
    await writeKey('right', right.privateKey);
    await writeKey('wrong', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
  });
  after(() => rm(folder, { recursive: true }));

  const keyFile = (name: string) => join(folder, `${name}.json`);

  async function writeKey(name: string, key: KeyObject) {
    const private_key = key.export({ type: 'pkcs8', format: 'pem' });
    const account = { type: 'service_account', client_email: EMAIL, private_key_id: 'k1' };
    await writeFile(keyFile(name), JSON.stringify({ ...account, private_key }));
  }

  function configOf(url: string | undefined, options: Record<string, unknown> = {}) {
    const bot = { name: 'desk', agent: AGENT, ...(url !== undefined && { url }), ...options };
    const { adapters } = loadConfig({ flags: { 'adapters.dialogflow': [bot] } });
    return adapters.dialogflow[0] as DialogflowConfig;
  }

  async function serve() {
    const pem = String(right.publicKey.export({ type: 'spki', format: 'pem' }));
    const now = new Date(stoppedClock.nowMs());
    return dialogflowServer(EMAIL, await importSPKI(pem, 'RS256'), now);
  }

  botContract<DialogflowServer>({
    name: 'Dialogflow',
    serve,
    adapter: ({ url }, { credential, ...rest } = {}) =>
      createDialogflowAdapter(configOf(url, rest), keyFile(credential ?? 'right'), 10),
    told: ({ sessions }) =>
      [...sessions.keys()].map((session) => session.split('/sessions/')[1] ?? ''),
    secrets: ['BEGIN PRIVATE KEY', 'eyJ'],
  });

  describe('the Dialogflow adapter', () => {
    let server: DialogflowServer;
    beforeEach(async () => {
      server = await serve();
    });
    afterEach(() => server.close());

    async function tell(options: Record<string, unknown> = {}, callId = CALL) {
      const adapter = createDialogflowAdapter(configOf(server.url, options), keyFile('right'), 10);
      await adapter.start?.(lentContext().context);
      const event = sampleEvent('context.changed', 1, { callId });
      await adapter.event?.(event, new AbortController().signal);
    }

    it('sets session parameters by a custom event', async () => {
      await tell();
      const parameters = {
        tonewire_current: 'sounds angry',
        tonewire_trend: 'rising',
        tonewire_since: 1500,
        tonewire_confidence: 0.6,
        tonewire_suggestion: 'Acknowledge the trouble first.',
      };
      assert.deepEqual(server.requests[0]?.body, {
        queryInput: { event: { event: 'tonewire-context' }, languageCode: 'en' },
        queryParams: { parameters },
      });
      assert.deepEqual(server.sessions.get(`${AGENT}/sessions/${CALL}`), parameters);
    });

    it('speaks to an environment of the agent', async () => {
      await tell({ environment: 'production' });
      assert.deepEqual(
        [...server.sessions.keys()],
        [`${AGENT}/environments/production/sessions/${CALL}`],
      );
    });

    it('says that a session id is too long for Dialogflow for good', async () => {
      await assert.rejects(tell({}, 'x'.repeat(37)), { prospect: 'permanent' });
    });

    it('does not start without a key that can be read', async () => {
      await writeFile(keyFile('broken'), '{"private_key":"nonsense"}');
      for (const name of ['broken', 'absent']) {
        const adapter = createDialogflowAdapter(configOf(server.url), keyFile(name), 10);
        await assert.rejects(async () => adapter.start?.(lentContext().context), {
          code: 'TW_CONFIG_INVALID',
          message: /cannot be read as the JSON key of a Google service account/,
        });
      }
    });
  });
});
