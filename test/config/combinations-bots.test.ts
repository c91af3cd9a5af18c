import assert from 'node:assert/strict';
import { loadConfig } from '../../src/config/load-config.ts';
import { assertThrowsCode } from '../helpers/assert-throws-code.ts';

type Flags = Readonly<Record<string, unknown>>;

const refusal = (flags: Flags) =>
  assertThrowsCode('TW_CONFIG_INVALID', () => loadConfig({ flags })).message;

const rasa = { name: 'desk' };
const botpress = { name: 'desk', webhookId: 'w' };
const lex = { name: 'd', botId: 'b', botAliasId: 'a', localeId: 'en_US', region: 'eu-central-1' };
const dialogflow = { name: 'd', agent: 'projects/p/locations/global/agents/a' };

describe('combinations of options of bots', () => {
  const refused: [string, Flags, RegExp][] = [
    [
      'two of one name',
      { 'adapters.rasa': [rasa, rasa] },
      /adapters\.rasa\[1\]\.name is used twice/,
    ],
    [
      'an address that anybody can read along',
      { 'adapters.rasa': [{ ...rasa, url: 'http://rasa.example.com' }] },
      /adapters\.rasa\[0\]\.url must be an https URL/,
    ],
    [
      'such an address for Lex',
      { 'adapters.lex': [{ ...lex, endpoint: 'http://lex.example.com' }] },
      /adapters\.lex\[0\]\.endpoint must be an https URL/,
    ],
    [
      'such an address for Dialogflow',
      { 'adapters.dialogflow': [{ ...dialogflow, url: 'http://df.example.com' }] },
      /adapters\.dialogflow\[0\]\.url must be an https URL/,
    ],
    [
      'Botpress without a key',
      { 'adapters.botpress': [botpress] },
      /adapters\.botpress\[0\] takes either userKey or encryptionKey/,
    ],
    [
      'Botpress with both keys',
      { 'adapters.botpress': [{ ...botpress, userKey: 'u', encryptionKey: 'e' }] },
      /adapters\.botpress\[0\] takes either userKey or encryptionKey/,
    ],
    [
      'Rasa with both tokens',
      { 'adapters.rasa': [{ ...rasa, token: 't', jwt: 'j' }] },
      /adapters\.rasa\[0\] takes token or jwt, not both/,
    ],
    [
      'a bot without contexts',
      { 'adapters.rasa': [rasa], 'context.enabled': false },
      /context\.enabled must be true for adapters\.rasa/,
    ],
    [
      'a bot told of a leg that nobody hears',
      { 'adapters.lex': [lex], 'context.leg': 'agent' },
      /context\.leg is agent, which analysis\.legs switches off/,
    ],
    [
      'a conversation of an unknown placeholder',
      { 'adapters.rasa': [{ ...rasa, conversation: '{caller}' }] },
      /adapters\.rasa\[0\]\.conversation .*must be text/,
    ],
  ];
  for (const [what, flags, message] of refused) {
    it(`refuses ${what}`, () => assert.match(refusal(flags), message));
  }

  it('names no secret in a complaint', () => {
    const message = refusal({ 'adapters.rasa': [{ ...rasa, token: 'sesame', jwt: 7 }] });
    assert.ok(!message.includes('sesame'));
  });

  it('takes bots from the environment, so that a file may hold no secret', () => {
    const env = { TONEWIRE_ADAPTERS_RASA: JSON.stringify([{ ...rasa, token: 'sesame' }]) };
    assert.equal(loadConfig({ env }).adapters.rasa[0]?.token, 'sesame');
  });
});
