import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { loadConfig } from '../../src/config/load-config.ts';
import { silentLogger } from '../../src/log/logger.ts';
import { PACKAGE_ROOT } from '../../src/package-root.ts';
import { startTonewire, type Tonewire } from '../../src/tonewire.ts';
import { hasChromium, launchChromium } from '../helpers/desk-page.ts';

/** Chromium's own microphone, which beeps once a second, and asks nobody. */
const BEEPING = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'];
const built = existsSync(join(PACKAGE_ROOT, 'dist/dashboard/index.html'));
const missing = [
  ...(hasChromium ? [] : ['apt-get update && apt-get install -y chromium']),
  ...(built ? [] : ['npm run build']),
];
const run = missing.length === 0 ? describe : describe.skip;

run(`The dashboard of a gateway${missing.map((step) => ` (${step})`).join('')}`, function () {
  this.timeout(90_000);
  let browser: Browser | undefined;
  let tonewire: Tonewire;
  let page: Page;
  const open = async (at: string, flags: Readonly<Record<string, unknown>> = {}) => {
    const quiet = { 'server.port': 0, 'log.level': 'silent', 'server.drainTimeoutMs': 0 };
    tonewire = await startTonewire(loadConfig({ flags: { ...quiet, ...flags } }), {
      logger: silentLogger,
    });
    page = await browser!.newPage();
    await page.goto(`${tonewire.url}/#${at}`);
  };

  before(async () => {
    browser = await launchChromium(BEEPING);
  });
  after(() => browser?.close());
  afterEach(async () => {
    await page.close();
    await tonewire.close();
  });

  it('plays the sample call, and shows what is heard of it everywhere', async () => {
    await open('/try');
    await page.getByRole('button', { name: 'Play sample call' }).click();
    const moment = page.getByRole('region', { name: 'Perceived expression' });
    await moment.getByText(/\d+ % confidence · Now/).waitFor({ timeout: 60_000 });
    await page.getByRole('link', { name: 'Open the call' }).click();
    await page.getByText('Agent: not analysed').waitFor();
    await page.getByRole('button', { name: /Listening → / }).waitFor();
    await page.getByPlaceholder('New note').fill('Only a rehearsal.');
    await page.getByRole('button', { name: 'Add note' }).click();
    await page.getByText('Only a rehearsal.', { exact: true }).waitFor();
    await page.getByRole('link', { name: '← Wall' }).click();
    await page.getByText('1 call', { exact: true }).waitFor();
  });

  it('hears whoever talks into the microphone, until they stop', async () => {
    await open('/try');
    await page.getByLabel('I agree that the expression in my voice is analysed').check();
    await page.getByRole('button', { name: 'Start talking' }).click();
    const moment = page.getByRole('region', { name: 'Perceived expression' });
    await moment.getByText(/Now$/).waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('The call has ended.').waitFor();
    await page.getByRole('link', { name: 'History' }).click();
    await page.getByRole('rowheader').waitFor();
  });

  it('lets in who has a key, where one is needed', async () => {
    const key = 'a-key-for-the-desk';
    await open('/', { 'auth.apiKeys': JSON.stringify([{ id: 'desk', key }]) });
    await page.getByLabel('API key').fill('another-key-altogether');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('The gateway does not know this key.').waitFor();
    await page.getByLabel('API key').fill(key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('No live calls').waitFor();
    await page.getByText('desk, supervisor').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
  });
});
