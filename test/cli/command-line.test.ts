import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { runCli } from './run-cli.ts';

const manifest: { version: string } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
);

describe('tonewire', function () {
  this.timeout(60_000);

  it('teaches with its help: every command, and where to begin', async () => {
    const { code, stdout } = await runCli(['--help']);
    assert.equal(code, 0);
    for (const command of ['serve', 'demo', 'stream', 'train', 'evaluate', 'bench']) {
      assert.match(stdout, new RegExp(`^ {2}${command}\\b`, 'm'));
    }
    assert.match(stdout, /tonewire stream hello\.wav/);
  });

  it('says which version it is', async () => {
    const { code, stdout } = await runCli(['--version']);
    assert.deepEqual([code, stdout], [0, `${manifest.version}\n`]);
  });

  it('refuses an unknown command with exit code 2, and names the nearest', async () => {
    const { code, stdout, stderr } = await runCli(['sream']);
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, /unknown command 'sream'[\s\S]*stream/);
  });

  it('refuses flags that contradict each other with TW_USAGE and exit code 2', async () => {
    const file = 'media/sample-call/sample-call.wav';
    const { code, stderr } = await runCli([
      'stream',
      file,
      '--url',
      'ws://[::1]:1',
      '--model',
      'x',
    ]);
    assert.equal(code, 2);
    assert.match(stderr, /^TW_USAGE: /);
  });

  it('names what it could not read, in one line, with exit code 1 and no stack', async () => {
    const { code, stdout, stderr } = await runCli(['stream', 'no-such-file.wav']);
    assert.deepEqual([code, stdout], [1, '']);
    assert.equal(stderr, 'TW_AUDIO_FILE: no-such-file.wav: the file cannot be read.\n');
  });

  it('shows where an error came from when TONEWIRE_DEBUG is set', async () => {
    const { code, stderr } = await runCli(['stream', 'no-such-file.wav'], { TONEWIRE_DEBUG: '1' });
    assert.equal(code, 1);
    assert.match(stderr, /^TW_AUDIO_FILE: [\s\S]*\n {4}at /);
  });
});
