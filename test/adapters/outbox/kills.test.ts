import assert from 'node:assert/strict';
import { killRun } from '../../helpers/kills/kill-run.ts';
import { removeTemporaryFolders, temporaryFolder } from '../../helpers/temporary-folder.ts';

const KILLS = 10;

describe('the outbox under kill -9', function () {
  this.timeout(240_000);

  after(removeTemporaryFolders);

  it('delivers every accepted event to a real receiver, in order, and few of them twice', async () => {
    const folder = temporaryFolder();
    const run = await killRun({ kills: KILLS, eventsALife: 100, folder, random: Math.random });
    assert.deepEqual([run.lost, run.overtaken, run.unverified], [0, 0, 0]);
    assert.ok(run.accepted >= KILLS, `only ${run.accepted} were accepted`);
    assert.ok(run.delivered >= run.accepted);
    // What was on its way (four at most), and what was answered in the turn of the kill.
    assert.ok(run.duplicates <= KILLS * 8, `${run.duplicates} came twice`);
  });
});
