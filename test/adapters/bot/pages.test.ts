import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { loadConfig } from '../../../src/config/load-config.ts';
import { BOT_ADAPTERS } from '../../../src/config/schema-bots.ts';

const PAGES = [
  'botpress',
  'dialogflow',
  'direct-line',
  'lex',
  'openai-realtime',
  'rasa',
  'voiceflow',
];

describe('the pages of the bot adapters', () => {
  it('are one for each', () => assert.equal(PAGES.length, Object.keys(BOT_ADAPTERS).length));

  for (const page of PAGES) {
    it(`show configurations of ${page} that load`, async () => {
      const url = new URL(`../../../docs/adapters/${page}.md`, import.meta.url);
      const configurations = [...(await readFile(url, 'utf8')).matchAll(/```json\n(.*?)```/gs)];
      assert.ok(configurations.length > 0);
      for (const [, text = ''] of configurations) {
        const { adapters, auth = {} } = JSON.parse(text);
        const sections = { ...prefixed('adapters', adapters), ...prefixed('auth', auth) };
        loadConfig({ flags: sections });
      }
    });
  }
});

function prefixed(section: string, members: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(members).map(([name, value]) => [`${section}.${name}`, value]),
  );
}
