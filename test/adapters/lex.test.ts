import assert from 'node:assert/strict';
// Here, because it leaves names of its own among the globals.
import '@aws-sdk/client-lex-runtime-v2';
import { createLexAdapter, type LexConfig } from '../../src/adapters/lex.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { type BotOptions, botContract } from '../contract/bot-contract.ts';
import { lentContext } from '../helpers/adapter-doubles.ts';
import { sampleEvent } from '../helpers/sample-events.ts';
import { type LexServer, lexServer } from '../helpers/vendors/lex-server.ts';
import { answering } from '../helpers/vendors/vendor-server.ts';

const ACCESS_KEY = 'AKIAEXAMPLE000000001';
const SECRET_KEY = 'secret-access-key-of-a-test';
const VARIABLES = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;
/** Where the SDK looks besides, shut. */
const ELSEWHERE = {
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_CONFIG_FILE: '/dev/null',
  AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
};

/** The real SDK, which takes its credentials from the environment. */
function adapterOf(endpoint: string, { credential, ...rest }: BotOptions = {}) {
  process.env.AWS_ACCESS_KEY_ID = credential === 'wrong' ? 'AKIANOBODY' : ACCESS_KEY;
  process.env.AWS_SECRET_ACCESS_KEY = SECRET_KEY;
  const bot = { name: 'desk', botId: 'BOTID00001', botAliasId: 'TSTALIASID', localeId: 'en_US' };
  const lex = { ...bot, region: 'eu-central-1', endpoint, ...rest };
  const { adapters } = loadConfig({ flags: { 'adapters.lex': [lex] } });
  return createLexAdapter(adapters.lex[0] as LexConfig, 10);
}

describe('with the AWS SDK', () => {
  const changed = [...VARIABLES, ...Object.keys(ELSEWHERE)];
  const values = changed.map((name) => process.env[name]);
  before(() => Object.assign(process.env, ELSEWHERE));
  after(() => {
    changed.forEach((name, index) => {
      const value = values[index];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    });
  });

  botContract<LexServer>({
    name: 'Lex',
    serve: () => lexServer(ACCESS_KEY),
    adapter: ({ url }, options) => adapterOf(url, options),
    told: ({ sessions }) => [...sessions.keys()],
    secrets: [SECRET_KEY, ACCESS_KEY],
  });

  describe('the Lex adapter', () => {
    let server: LexServer;
    beforeEach(async () => {
      server = await lexServer(ACCESS_KEY);
    });
    afterEach(() => server.close());

    async function started() {
      const adapter = adapterOf(server.url);
      await adapter.start?.(lentContext().context);
      return async (sequence = 1, current: 'sounds angry' | 'sounds calm' = 'sounds angry') => {
        const event = sampleEvent('context.changed', sequence);
        const data = { ...event.data, context: { ...event.data.context, current } };
        const time = `2026-01-02T03:04:05.00${sequence}Z`;
        await adapter.event?.({ ...event, time, data }, new AbortController().signal);
      };
    }

    it('puts the attributes into a session that is yet to begin', async () => {
      const tell = await started();
      await tell();
      assert.deepEqual(server.sessions.get('call-1'), {
        sessionAttributes: {
          tonewire_current: 'sounds angry',
          tonewire_trend: 'rising',
          tonewire_since: '1500',
          tonewire_confidence: '0.6',
          tonewire_suggestion: 'Acknowledge the trouble first.',
        },
      });
      assert.deepEqual(
        server.requests.map(({ method, path }) => `${method} ${path}`),
        ['GET', 'POST'].map(
          (method) =>
            `${method} /bots/BOTID00001/botAliases/TSTALIASID/botLocales/en_US/sessions/call-1`,
        ),
      );
    });

    it("keeps the bot's attributes, intent, contexts and next step", async () => {
      const tell = await started();
      const state = {
        dialogAction: { type: 'ElicitSlot', slotToElicit: 'Date' },
        intent: {
          name: 'BookTable',
          slots: { City: { value: { interpretedValue: 'Ulm' } } },
          state: 'InProgress',
        },
        activeContexts: [
          {
            name: 'booking',
            timeToLive: { timeToLiveInSeconds: 60, turnsToLive: 2 },
            contextAttributes: {},
          },
        ],
        originatingRequestId: 'r-0',
      };
      server.sessions.set('call-1', { ...state, sessionAttributes: { cart: '3' } });
      await tell();
      const { sessionAttributes, ...rest } = server.sessions.get('call-1') ?? {};
      assert.deepEqual(rest, state);
      assert.equal(sessionAttributes?.cart, '3');
      assert.equal(sessionAttributes?.tonewire_current, 'sounds angry');
    });

    it('reads and puts one update of a session after the other, though they come at once', async () => {
      const tell = await started();
      await Promise.all([tell(1), tell(2, 'sounds calm'), tell(3)]);
      assert.deepEqual(
        server.requests.map(({ method }) => method),
        ['GET', 'POST', 'GET', 'POST', 'GET', 'POST'],
      );
    });

    it('takes a throttled, a conflicting and a failed dependency for passing', async () => {
      const tell = await started();
      const types = {
        ThrottlingException: 429,
        ConflictException: 409,
        DependencyFailedException: 424,
        BadGatewayException: 502,
      };
      for (const [type, status] of Object.entries(types)) {
        server.misbehave(answering(status, { 'x-amzn-errortype': type }, '{}'));
        await assert.rejects(tell(), { prospect: 'passing', message: RegExp(`${status}`) });
      }
    });

    it('says that there are no credentials, which may come', async () => {
      const tell = await started();
      for (const name of VARIABLES) delete process.env[name];
      await assert.rejects(tell(), {
        message: 'Lex desk: the AWS SDK finds no credentials.',
        prospect: 'passing',
      });
    });

    it('takes a bot that does not exist for permanent', async () => {
      const tell = await started();
      const headers = { 'x-amzn-errortype': 'ResourceNotFoundException' };
      server.misbehave(answering(404, headers, '{}'));
      await assert.rejects(tell(), { prospect: 'permanent' });
    });
  });
});
