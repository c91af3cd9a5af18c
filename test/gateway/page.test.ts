import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import express from 'express';
import { pageRouter } from '../../src/gateway/page.ts';
import { removeTemporaryFolders, temporaryFolder } from '../helpers/temporary-folder.ts';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

describe('the page at /', () => {
  let server: Server | undefined;

  afterEach(() => {
    server?.close();
    removeTemporaryFolders();
  });

  function built(): string {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Tonewire</title>');
    writeFileSync(join(folder, 'icon.svg'), '<svg/>');
    writeFileSync(join(folder, 'assets', 'main-1a2b3c.js'), 'export {};');
    return folder;
  }

  async function serve(
    folder: string,
  ): Promise<(path: string, accept?: string) => Promise<Response>> {
    const app = express();
    app.use(pageRouter(folder));
    app.get('/', (_request, response) => void response.json({ name: 'tonewire' }));
    server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return (path, accept = '*/*') =>
      fetch(`http://127.0.0.1:${port}${path}`, { headers: { accept } });
  }

  it('is for browsers; whoever asks for no HTML is told about the gateway', async () => {
    const get = await serve(built());
    const page = await get('/', BROWSER);
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
    assert.equal(page.headers.get('cache-control'), 'no-cache');
    for (const accept of ['*/*', 'application/json']) {
      assert.deepEqual(await (await get('/', accept)).json(), { name: 'tonewire' });
    }
  });

  it('loads nothing from elsewhere, runs nothing inline, and is framed by nobody', async () => {
    const get = await serve(built());
    for (const path of ['/', '/icon.svg', '/assets/main-1a2b3c.js']) {
      const { headers } = await get(path, BROWSER);
      const policy = headers.get('content-security-policy') ?? '';
      assert.match(policy, /default-src 'none';script-src 'self';style-src 'self'/, path);
      assert.match(policy, /frame-ancestors 'none'/);
      assert.doesNotMatch(policy, /unsafe|https?:|\*/);
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.equal(headers.get('referrer-policy'), 'no-referrer');
      assert.equal(headers.get('x-frame-options'), 'DENY');
    }
  });

  it('lets browsers keep the files whose names change with what is in them', async () => {
    const get = await serve(built());
    const asset = await get('/assets/main-1a2b3c.js');
    assert.equal(asset.headers.get('cache-control'), 'public, max-age=31536000, immutable');
    assert.equal((await get('/assets/gone.js')).status, 404);
    assert.equal((await get('/assets/..%2f..%2fpackage.json')).status, 404);
    assert.equal((await get('/index.html', BROWSER)).status, 404);
  });

  it('is left out where it was not built', async () => {
    const get = await serve(temporaryFolder());
    assert.deepEqual(await (await get('/', BROWSER)).json(), { name: 'tonewire' });
  });
});
