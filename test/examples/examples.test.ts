import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { startTestServer, stopTestServers } from '../helpers/start-test-server.ts';

const KEY = 'app-key-0000000000001';
const run = promisify(execFile);

/** They import the package by its name, so they are run against what `npm run build` made. */
describe('the examples', () => {
  afterEach(stopTestServers);

  const serve = () => startTestServer({ 'auth.apiKeys': [{ id: 'app', key: KEY }] });

  it('01 sends a file, authenticated, and sums it up', async () => {
    const { url } = await serve();
    const env = { ...process.env, TONEWIRE_URL: url, TONEWIRE_API_KEY: KEY };
    const { stdout } = await run(process.execPath, ['examples/01-send-a-file.mjs'], { env });
    assert.match(stdout, /s heard, \d+ readings/);
  });

  it('03, the React hook, is what a bundler takes', async () => {
    const { errors, outputFiles } = await build({
      entryPoints: ['examples/03-react-hook.jsx'],
      bundle: true,
      format: 'esm',
      platform: 'browser',
      external: ['react'],
      write: false,
    });
    assert.deepEqual(errors, []);
    assert.match(outputFiles[0]!.text, /useVoiceEmotion/);
  });

  it('04 serves the page and the client, and mints tokens for its own origin only', async () => {
    const { url } = await serve();
    const env = { ...process.env, TONEWIRE_URL: url, TONEWIRE_API_KEY: KEY, PORT: '0' };
    const server = spawn(process.execPath, ['examples/04-token-server.mjs'], { env });
    try {
      const [said] = (await once(server.stdout, 'data')) as [Buffer];
      const page = String(said).trim();
      assert.match(await (await fetch(page)).text(), /client\.js/);
      assert.equal((await fetch(`${page}/client.js`)).status, 200);
      const minted = await fetch(`${page}/token`, { method: 'POST', headers: { origin: page } });
      const { token } = (await minted.json()) as { token: string };
      const check = (origin: string) =>
        fetch(`${url}/v1/stream`, { headers: { authorization: `Bearer ${token}`, origin } });
      assert.equal((await check(page)).status, 204);
      assert.equal((await check('https://evil.example.com')).status, 403);
    } finally {
      server.kill();
    }
  });

  it('05 changes its wording once the caller has sounded frustrated for a while', async () => {
    const { stdout } = await run(process.execPath, ['examples/05-assistant.mjs']);
    const answers = stdout.split('\n').filter((line) => line.includes('assistant:'));
    assert.equal(answers.length, 3);
    assert.match(answers[0]!, /order number/);
    assert.match(answers[1]!, /should not have to repeat/);
  });
});
