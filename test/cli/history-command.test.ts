import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { finishedCall } from '../helpers/finished-call.ts';
import { openHistory } from '../helpers/open-history.ts';
import { removeTemporaryFolders, temporaryFolder } from '../helpers/temporary-folder.ts';
import { runCli } from './run-cli.ts';

describe('tonewire history', function () {
  this.timeout(240_000);

  afterEach(removeTemporaryFolders);

  async function storeWithCalls(): Promise<string> {
    const path = join(temporaryFolder(), 'store.db');
    const { store, history } = await openHistory(path);
    history.keep(finishedCall({ callId: 'a', metadata: { from: '+15550100100' }, alerts: 1 }));
    history.keep(finishedCall({ callId: 'b', metadata: { from: '\u001b[31mbob' } }));
    await history.settled();
    store.close();
    return path;
  }

  it('lists and exports the calls of a store, and deletes those of a caller', async () => {
    const path = await storeWithCalls();
    const at = ['--store', path];
    const listed = await runCli(['history', 'list', ...at]);
    assert.equal(listed.code, 0, listed.stderr);
    const lines = listed.stdout.trim().split('\n');
    assert.equal(lines.length, 2);
    assert.match(lines[1] ?? '', / a {2}\+15550100100 {2}9\.0 s {2}customer anger {2}1 alert$/);
    assert.ok(!listed.stdout.includes('\u001b'), 'a caller does not steer the terminal');

    const csv = await runCli(['history', 'export', ...at, '--search', '0100']);
    assert.equal(csv.stdout.trim().split('\n').length, 2, csv.stderr);
    const out = join(temporaryFolder(), 'calls.json');
    await runCli(['history', 'export', ...at, '--format', 'json', '--out', out]);
    assert.equal(JSON.parse(readFileSync(out, 'utf8')).calls.length, 2);

    const deleted = await runCli(['history', 'delete', ...at, '--caller', '+1 (555) 010-0100']);
    assert.equal(deleted.stdout, '1 call deleted.\n', deleted.stderr);
    assert.match((await runCli(['history', 'list', ...at])).stdout, /^\S+ {2}b /);
  });

  it('says what it takes', async () => {
    const path = await storeWithCalls();
    const refused: [string[], RegExp][] = [
      [['list'], /TW_USAGE.*--store FILE/],
      [['list', '--store', join(path, 'nowhere')], /TW_USAGE/],
      [['delete', '--store', path], /TW_USAGE.*--caller or --call/],
      [['list', '--store', path, '--from', 'yesterday'], /TW_BAD_MESSAGE.*fromDay/],
    ];
    const results = await Promise.all(refused.map(([words]) => runCli(['history', ...words])));
    for (const [index, { code, stderr }] of results.entries()) {
      assert.match(stderr, refused[index]![1]);
      assert.notEqual(code, 0);
    }
  });
});
