import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Browser, Page } from 'playwright-core';
import { hasChromium, launchChromium } from '../helpers/desk-page.ts';
import { Network } from '../helpers/network.ts';
import { startTestServer, stopTestServers, type TestServer } from '../helpers/start-test-server.ts';

const KEY = 'app-key-0000000000001';
/** A device of Chromium's own that beeps once a second. */
const MICROPHONE = ['--use-fake-device-for-media-stream'];
const install = hasChromium ? '' : ' (pending: apt-get update && apt-get install -y chromium)';

(hasChromium ? describe : describe.skip)(`the client in Chromium${install}`, function () {
  this.timeout(60_000);
  let server: TestServer;
  let network: Network;
  let example: ChildProcess;
  let browser: Browser;

  /** The microphone page of the examples, on this browser. */
  async function open(flags: readonly string[]): Promise<Page> {
    server = await startTestServer({ 'auth.apiKeys': [{ id: 'app', key: KEY }] });
    network = await Network.before(server.url);
    const env = {
      ...process.env,
      TONEWIRE_URL: network.url,
      TONEWIRE_API_KEY: KEY,
      PORT: '0',
    };
    example = spawn(process.execPath, ['examples/04-token-server.mjs'], { env });
    const [said] = (await once(example.stdout!, 'data')) as [Buffer];
    browser = await launchChromium(flags);
    const page = await browser.newPage();
    page.setDefaultTimeout(10_000);
    await page.goto(String(said).trim());
    return page;
  }

  afterEach(async () => {
    await browser.close();
    example.kill();
    network.close();
    await stopTestServers();
  });

  const label = (page: Page, words: RegExp) =>
    page.getByRole('status').filter({ hasText: words }).waitFor();

  it('sends what the microphone hears, survives a lost socket, and sums the call up', async () => {
    const page = await open([...MICROPHONE, '--use-fake-ui-for-media-stream']);
    await page.getByRole('button', { name: 'Start' }).click();
    await label(page, /sounds: neutral \(65 %\)/);
    // The fake microphone beeps once a second, and is silent in between.
    while (!server.analyser.legs[0]?.bytes.some((byte) => byte !== 0)) await page.title();
    const before = network.connections;
    network.cut();
    await page.getByRole('button', { name: 'Stop' }).click();
    await label(page, /[\d.]+ s heard/);
    assert.ok(network.connections > before);
    const [leg, ...others] = server.analyser.legs;
    assert.deepEqual(others, []);
    assert.deepEqual(leg?.gaps, []);
    assert.equal((await server.event('call.started')).data.consent, 'given');
  });

  it('explains a microphone that is not permitted', async () => {
    const page = await open(MICROPHONE);
    await page.context().clearPermissions();
    await page.getByRole('button', { name: 'Start' }).click();
    await label(page, /No microphone\. It was not permitted/);
  });

  it('explains a gateway that refuses, though a browser is not told why', async () => {
    const page = await open(MICROPHONE);
    const words = await page.evaluate(async (url) => {
      const client = '/client.js';
      const { connect } = await import(client);
      const refused = await connect({ url, token: 'eyJh.eyJh.AAAA' }).catch(
        (error: unknown) => error,
      );
      return `${refused.code}: ${refused.message}`;
    }, network.url);
    assert.match(words, /TW_UNAUTHORIZED: The token is not valid/);
  });
});
