import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import fc from 'fast-check';
import { PathTemplate } from '../../src/adapters/file/path-template.ts';
import { createFileAdapter, type FileConfig } from '../../src/adapters/file.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { type AnyEvent, EVENT_TYPES } from '../../src/protocol/events.ts';
import { adapterContract } from '../contract/adapter-contract.ts';
import { lentContext } from '../helpers/adapter-doubles.ts';
import { sampleEvent } from '../helpers/sample-events.ts';
import { removeTemporaryFolders, temporaryFolder } from '../helpers/temporary-folder.ts';

function configOf(folder: string, options: Partial<FileConfig> = {}): FileConfig {
  const file = { name: 'log', path: join(folder, 'events.ndjson') };
  const [config] = loadConfig({ flags: { 'adapters.files': [file] } }).adapters.files;
  assert.ok(config);
  return { ...config, ...options };
}

async function started(options: Partial<FileConfig> = {}, folder = temporaryFolder()) {
  const adapter = createFileAdapter(configOf(folder, options));
  const now = { ms: lentContext().context.clock.nowMs() };
  await adapter.start?.(lentContext(() => now.ms).context);
  const write = async (event: AnyEvent = sampleEvent('call.ended')) =>
    adapter.event?.(event, new AbortController().signal);
  return { adapter, folder, now, write };
}

const linesOf = (path: string) => readFileSync(path, 'utf8').split('\n').slice(0, -1);
const sequencesOf = (path: string) => linesOf(path).map((line) => JSON.parse(line).sequence);
const modeOf = (path: string) => statSync(path).mode & 0o777;

adapterContract(
  'file',
  async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'events.ndjson');
    return {
      adapter: createFileAdapter(configOf(folder)),
      received: () => linesOf(path).map((line) => JSON.parse(line).type),
      close: removeTemporaryFolders,
    };
  },
  async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'events.ndjson'));
    return {
      adapter: createFileAdapter(configOf(folder)),
      received: () => [],
      close: removeTemporaryFolders,
    };
  },
);

describe('the file adapter', () => {
  afterEach(removeTemporaryFolders);

  for (const fsync of ['always', 'interval', 'never'] as const) {
    it(`appends one CloudEvent a line, fsync: ${fsync}`, async () => {
      const { adapter, folder, write } = await started({ fsync });
      const events = EVENT_TYPES.map((type, index) => sampleEvent(type, index));
      for (const event of events) await write(event);
      await adapter.stop?.();
      const lines = linesOf(join(folder, 'events.ndjson'));
      assert.deepEqual(
        lines.map((line) => JSON.parse(line)),
        events,
      );
    });
  }

  it('lets the owner alone read files and folders, those it finds too', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'old.ndjson'), '', { mode: 0o644 });
    const found = await started({ path: join(folder, 'old.ndjson') });
    await found.write();
    const made = await started({ path: join(folder, 'deep', 'er', 'new.ndjson') });
    await made.write();
    assert.equal(modeOf(join(folder, 'old.ndjson')), 0o600);
    assert.equal(modeOf(join(folder, 'deep', 'er', 'new.ndjson')), 0o600);
    assert.equal(modeOf(join(folder, 'deep')), 0o700);
    await found.adapter.stop?.();
    await made.adapter.stop?.();
  });

  it('sets a file aside before it outgrows its bound, and numbers rise', async () => {
    const lineBytes = JSON.stringify(sampleEvent('call.ended', 1)).length + 1;
    const { adapter, folder, write } = await started({ maxBytes: 2 * lineBytes });
    for (let index = 1; index <= 5; index += 1) await write(sampleEvent('call.ended', index));
    await adapter.stop?.();
    const path = join(folder, 'events.ndjson');
    assert.deepEqual(
      [`${path}.1`, `${path}.2`, path].map((name) => sequencesOf(name)),
      [[1, 2], [3, 4], [5]],
    );
  });

  it('writes an event that is longer than a whole file into one of its own', async () => {
    const { adapter, folder, write } = await started({ maxBytes: 10 });
    await write(sampleEvent('call.ended', 1));
    await write(sampleEvent('call.ended', 2));
    await adapter.stop?.();
    const path = join(folder, 'events.ndjson');
    assert.deepEqual([sequencesOf(`${path}.1`), sequencesOf(path)], [[1], [2]]);
  });

  it('sets a file aside that is too old', async () => {
    const { adapter, folder, now, write } = await started({ maxAgeMs: 60_000 });
    const path = join(folder, 'events.ndjson');
    await write(sampleEvent('call.ended', 1));
    now.ms = statSync(path).birthtimeMs + 59_000;
    await write(sampleEvent('call.ended', 2));
    now.ms += 2000;
    await write(sampleEvent('call.ended', 3));
    await adapter.stop?.();
    assert.deepEqual([sequencesOf(`${path}.1`), sequencesOf(path)], [[1, 2], [3]]);
  });

  it('keeps maxFiles, the newest, and touches no file that is not its own', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'calls', '{date}', '{callId}.ndjson');
    const foreign = join(folder, 'calls', 'notes.txt');
    mkdirSync(join(folder, 'calls', '2025-12-31'), { recursive: true });
    writeFileSync(foreign, 'mine');
    const old = join(folder, 'calls', '2025-12-31', 'a.ndjson');
    writeFileSync(old, '{}\n');
    utimesSync(old, 1, 1);
    const { adapter, write } = await started({ path, maxFiles: 2, maxOpenFiles: 1 }, folder);
    for (const callId of ['b', 'c']) await write(sampleEvent('audio.gap', 1, { callId }));
    await adapter.stop?.();
    const day = join(folder, 'calls', '2026-01-02');
    assert.deepEqual(readdirSync(day).sort(), ['b.ndjson', 'c.ndjson']);
    assert.ok(!existsSync(join(folder, 'calls', '2025-12-31')), 'the empty folder is gone too');
    assert.equal(readFileSync(foreign, 'utf8'), 'mine');
  });

  it('lets go of a call that ended, and takes up a file that was closed', async () => {
    const folder = temporaryFolder();
    const path = join(folder, '{callId}-{leg}-{type}-{hour}.ndjson');
    const { adapter, write } = await started({ path, maxOpenFiles: 1 }, folder);
    for (const callId of ['a', 'b', 'a']) await write(sampleEvent('audio.gap', 1, { callId }));
    await write(sampleEvent('call.ended', 2, { callId: 'a' }));
    await adapter.stop?.();
    assert.deepEqual(readdirSync(folder).sort(), [
      'a-call-call%2Eended-03.ndjson',
      'a-customer-audio%2Egap-03.ndjson',
      'b-customer-audio%2Egap-03.ndjson',
    ]);
    assert.equal(linesOf(join(folder, 'a-customer-audio%2Egap-03.ndjson')).length, 2);
  });

  it('goes on below half a line that a power cut left', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'events.ndjson');
    writeFileSync(path, '{"specversion":"1.');
    const { adapter, write } = await started({}, folder);
    await write(sampleEvent('call.ended', 7));
    await adapter.stop?.();
    const [torn, whole] = linesOf(path);
    assert.equal(torn, '{"specversion":"1.');
    assert.equal(JSON.parse(whole ?? '').sequence, 7);
  });

  it('follows no link in the place of a file', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'secret'), '');
    symlinkSync(join(folder, 'secret'), join(folder, 'events.ndjson'));
    const { write } = await started({}, folder);
    await assert.rejects(write(), { code: 'TW_ADAPTER_FAILED', message: /log: .*\(ELOOP\)/ });
    assert.equal(readFileSync(join(folder, 'secret'), 'utf8'), '');
  });

  it('writes to files only, and leaves the mode of anything else alone', async () => {
    const before = modeOf('/dev/null');
    const { write } = await started({ path: '/dev/null' });
    await assert.rejects(write(), {
      code: 'TW_ADAPTER_FAILED',
      message: 'File log: cannot be written (TW_ADAPTER_FAILED).',
    });
    assert.equal(modeOf('/dev/null'), before);
  });

  it('does not start where no folder can be made', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    await assert.rejects(started({ path: join(folder, 'file', 'events.ndjson') }), {
      code: 'TW_ADAPTER_FAILED',
      message: /ENOTDIR|EEXIST/,
    });
  });
});

describe('PathTemplate', () => {
  const template = new PathTemplate('/var/calls/{date}/x-{callId}.ndjson');

  it('stays within its folder whatever a call is called, and knows its own files', () => {
    const name = /^2026-01-02\/x-[A-Za-z0-9_%-]{1,100}\.ndjson$/;
    const check = (callId: string) => {
      const path = template.pathOf(sampleEvent('audio.gap', 0, { callId }));
      assert.match(relative('/var/calls', path), name);
      assert.ok(template.owns(path) && template.owns(`${path}.12`));
    };
    for (const callId of ['../../etc/passwd', '..', '.', '/', '\0', 'a\nb', 'ü'.repeat(200), '~']) {
      check(callId);
    }
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 256, unit: 'binary-ascii' }), check),
    );
  });

  it('gives calls of different names different files', () => {
    const pathOf = (callId: string) => template.pathOf(sampleEvent('audio.gap', 0, { callId }));
    const names = ['a', 'A', '%61', 'a%', `${'x'.repeat(200)}1`, `${'x'.repeat(200)}2`];
    assert.equal(new Set(names.map(pathOf)).size, names.length);
  });

  it('takes no other file for its own', () => {
    for (const path of [
      '/var/calls/2026-01-02/x-a.ndjson.gz',
      '/var/calls/notes/x-a.ndjson',
      '/var/calls/2026-01-02/x-.ndjson',
      '/var/calls/2026-01-02/deeper/x-a.ndjson',
    ]) {
      assert.ok(!template.owns(path), path);
    }
  });

  it('is refused by the configuration when a placeholder stands for nothing', () => {
    for (const path of ['{caller}.ndjson', '{}', '{date', 'date}', '{toString}']) {
      assert.throws(
        () => loadConfig({ flags: { 'adapters.files': [{ name: 'a', path }] } }),
        /adapters\.files\[0\]\.path/,
      );
    }
  });
});
