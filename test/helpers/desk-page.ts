import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { DeskServer, type DeskServerOptions } from './desk-server.ts';

/** Where Debian puts Chromium, or wherever CHROMIUM says. */
const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';

export const CHROMIUM_FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const hasChromium = existsSync(EXECUTABLE);

export function launchChromium(extraFlags: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: [...CHROMIUM_FLAGS, ...extraFlags],
  });
}

let built: Promise<string> | undefined;

/** The folder of the dashboard as `npm run build` makes it; built once a process. */
export function builtDashboard(): Promise<string> {
  built ??= (async () => {
    const outDir = await mkdtemp(join(tmpdir(), 'tonewire-dashboard-'));
    await build({ logLevel: 'error', build: { outDir, emptyOutDir: true } });
    return outDir;
  })();
  return built;
}

export interface OpenedDesk {
  readonly server: DeskServer;
  readonly page: Page;
}

export interface OpenOptions extends Omit<DeskServerOptions, 'pages'> {
  /** The part of the address behind `#`. Default: the wall. */
  readonly at?: string;
  readonly browser?: BrowserContextOptions;
}

type Open = (options?: OpenOptions) => Promise<OpenedDesk>;

/** A suite on real pages of a real browser; pending, with what to install, where there is none. */
export function describeInChromium(title: string, body: (open: Open) => void): void {
  if (!hasChromium) {
    describe.skip(`${title} (apt-get update && apt-get install -y chromium)`, () =>
      body(neverOpens));
    return;
  }
  describe(title, function () {
    this.timeout(60_000);
    let browser: Browser | undefined;
    let pages: string;
    const closers: (() => Promise<void>)[] = [];
    const complaints: string[] = [];
    before(async () => {
      pages = await builtDashboard();
      browser = await launchChromium();
    });
    after(() => browser?.close());
    afterEach(async () => {
      for (const close of closers.splice(0)) await close();
      assert.deepEqual(complaints.splice(0), []);
    });
    body(async ({ at = '/', browser: context = {}, ...options } = {}) => {
      const server = await DeskServer.start({ ...options, pages });
      const page = await browser!.newPage({ viewport: { width: 1440, height: 900 }, ...context });
      closers.push(
        () => page.close(),
        () => server.close(),
      );
      page.setDefaultTimeout(10_000);
      page.on('pageerror', ({ message }) => complaints.push(message));
      page.on('console', (message) => {
        // Chromium reports refused requests and sockets here; what breaks the page comes as others.
        if (message.type() === 'error' && !/Failed to load|WebSocket/.test(message.text())) {
          complaints.push(message.text());
        }
      });
      await page.goto(`${server.url}#${at}`);
      return { server, page };
    });
  });
}

function neverOpens(): never {
  throw new TypeError('There is no Chromium.');
}
