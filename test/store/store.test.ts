import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ErrorCode, TonewireError } from '../../src/protocol/errors.ts';
import { openStore, type StoreOptions } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { stoppedClock } from '../helpers/adapter-doubles.ts';
import { assertThrowsCode } from '../helpers/assert-throws-code.ts';
import { removeTemporaryFolders, temporaryFolder } from '../helpers/temporary-folder.ts';

const FIRST = { name: '0001-notes', sql: 'CREATE TABLE notes (text TEXT, at_ms INTEGER)' };
const SECOND = { name: '0002-length', sql: 'ALTER TABLE notes ADD COLUMN length INTEGER' };
const HOLDER = fileURLToPath(new URL('hold-store.ts', import.meta.url));

describe('the store', () => {
  const stores: Store[] = [];
  const children: ChildProcess[] = [];

  const open = async (path: string, options: Partial<StoreOptions> = {}) => {
    const parts = { synchronous: 'normal', clock: stoppedClock, alone: false } as const;
    const store = await openStore({ ...parts, path, ...options });
    stores.push(store);
    return store;
  };

  const refused = async (code: ErrorCode, path: string, options: Partial<StoreOptions> = {}) => {
    await assert.rejects(
      open(path, options),
      (error) => error instanceof TonewireError && error.code === code,
    );
  };

  const inAnotherProcess = async (path: string, what: string) => {
    const child = spawn(process.execPath, ['--import', 'tsx', HOLDER, path, what], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    await once(child.stdout, 'data');
    return async () => {
      child.kill('SIGKILL');
      await once(child, 'close');
    };
  };

  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    for (const store of stores.splice(0)) store.close();
    removeTemporaryFolders();
  });

  it('keeps what was committed from one opening to the next', async () => {
    const path = join(temporaryFolder(), 'store.db');
    const first = await open(path);
    first.migrate('notes', [FIRST]);
    const insert = first.prepare('INSERT INTO notes VALUES (?, ?)');
    assert.equal(insert.run('one', 1_767_323_045_000), 1);
    first.close();
    first.close();
    const second = await open(path);
    const rows = second.prepare('SELECT *, typeof(at_ms) AS type FROM notes').all();
    assert.deepEqual(rows, [{ text: 'one', at_ms: 1_767_323_045_000, type: 'integer' }]);
  });

  it('leaves an empty log behind, and takes nothing after the close', async () => {
    const path = join(temporaryFolder(), 'store.db');
    const store = await open(path);
    store.migrate('notes', [FIRST]);
    const insert = store.prepare('INSERT INTO notes VALUES (?, ?)');
    insert.run('one', 1);
    store.close();
    assert.ok(!existsSync(`${path}-wal`) || statSync(`${path}-wal`).size === 0);
    assertThrowsCode('TW_STORE_FAILED', () => insert.run('two', 2));
    assertThrowsCode('TW_STORE_FAILED', () => store.exec('SELECT 1'));
  });

  it('writes ahead, as durably as it is told to, in a file of its owner', async () => {
    const path = join(temporaryFolder(), 'store.db');
    const store = await open(path, { synchronous: 'full' });
    const pragma = (name: string) => Object.values(store.prepare(`PRAGMA ${name}`).get() ?? {});
    assert.deepEqual([...pragma('journal_mode'), ...pragma('synchronous')], ['wal', 2]);
    const normal = await open(path);
    assert.deepEqual(normal.prepare('PRAGMA synchronous').get(), { synchronous: 1 });
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  it('takes any value of SQL and gives it back', async () => {
    const store = await open(':memory:');
    const echo = store.prepare('SELECT ? AS one, ? AS two, ? AS three');
    const bytes = Buffer.from([0, 1, 255]);
    assert.deepEqual(echo.all(null, 1.5, 'a'), [{ one: null, two: 1.5, three: 'a' }]);
    assert.deepEqual(Buffer.from(echo.get(bytes, null, '')?.one as Uint8Array), bytes);
    assert.deepEqual(store.prepare('SELECT ? AS only').get(null), { only: null });
    assert.equal(store.prepare('SELECT 1 WHERE 0').get(), undefined);
  });

  it('undoes a transaction that throws', async () => {
    const store = await open(':memory:');
    store.migrate('notes', [FIRST]);
    const insert = store.prepare('INSERT INTO notes VALUES (?, ?)');
    const failing = () =>
      store.transaction(() => {
        insert.run('one', 1);
        throw new TonewireError('TW_INTERNAL');
      });
    assertThrowsCode('TW_INTERNAL', failing);
    assert.equal(
      store.transaction(() => insert.run('two', 2)),
      1,
    );
    assert.deepEqual(store.prepare('SELECT text FROM notes').all(), [{ text: 'two' }]);
  });

  describe('its migrations', () => {
    it('are applied once, in order, and recorded by owner', async () => {
      const path = join(temporaryFolder(), 'store.db');
      const first = await open(path);
      first.migrate('notes', [FIRST]);
      first.migrate('notes', [FIRST]);
      first.close();
      const second = await open(path);
      second.migrate('notes', [FIRST, SECOND]);
      second.migrate('others', [{ name: FIRST.name, sql: 'CREATE TABLE others (id INTEGER)' }]);
      const recorded = second.prepare('SELECT * FROM migrations ORDER BY owner, name').all();
      const applied_ms = stoppedClock.nowMs();
      assert.deepEqual(recorded, [
        { owner: 'notes', name: FIRST.name, applied_ms },
        { owner: 'notes', name: SECOND.name, applied_ms },
        { owner: 'others', name: FIRST.name, applied_ms },
      ]);
    });

    it('happen all or not at all', async () => {
      const store = await open(':memory:');
      const broken = { name: '0002-broken', sql: 'ALTER TABLE nowhere ADD COLUMN x' };
      assertThrowsCode('TW_STORE_FAILED', () => store.migrate('notes', [FIRST, broken]));
      store.migrate('notes', [FIRST, SECOND]);
      assert.deepEqual(store.prepare('SELECT length FROM notes').all(), []);
    });

    it('of a newer version are refused', async () => {
      const store = await open(':memory:');
      store.migrate('notes', [FIRST, SECOND]);
      const error = assertThrowsCode('TW_STORE_NEWER', () => store.migrate('notes', [FIRST]));
      assert.match(error.message, /notes was changed by "0002-length"/);
    });
  });

  describe('a file that it cannot have', () => {
    it('is another gateway’s, until that gateway is gone, however it went', async () => {
      const path = join(temporaryFolder(), 'store.db');
      const kill = await inAnotherProcess(path, 'alone');
      await refused('TW_STORE_LOCKED', path, { alone: true });
      const beside = await open(path);
      beside.migrate('notes', [FIRST]);
      await kill();
      const next = await open(path, { alone: true });
      await refused('TW_STORE_LOCKED', path, { alone: true });
      next.close();
      await open(path, { alone: true });
    });

    it('is held by another process’s transaction for too long', async () => {
      const path = join(temporaryFolder(), 'store.db');
      await inAnotherProcess(path, 'writing');
      const store = await open(path, { alone: true });
      assertThrowsCode('TW_STORE_LOCKED', () => store.migrate('notes', [FIRST]));
    });

    it('lies where nothing can be written', async () => {
      const folder = temporaryFolder();
      await refused('TW_STORE_UNWRITABLE', folder);
      await refused('TW_STORE_UNWRITABLE', join(folder, 'no', 'store.db'));
    });

    it('is no store', async () => {
      const path = join(temporaryFolder(), 'store.db');
      writeFileSync(path, 'A letter, and certainly no database of anybody.'.repeat(100));
      await refused('TW_STORE_CORRUPT', path);
    });

    it('is a damaged store', async () => {
      const path = join(temporaryFolder(), 'store.db');
      const store = await open(path);
      store.migrate('notes', [FIRST]);
      store.close();
      writeFileSync(path, Buffer.alloc(4000, 7), { flag: 'r+' });
      await refused('TW_STORE_CORRUPT', path);
    });
  });
});
