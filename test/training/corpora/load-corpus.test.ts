import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TonewireError } from '../../../src/protocol/errors.ts';
import { loadCorpus } from '../../../src/training/corpora/load-corpus.ts';
import { recordings } from '../../helpers/recordings.ts';

describe('loadCorpus', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'corpus-'));
  });
  after(() => rm(folder, { recursive: true }));

  const refuses = (name: string, dir: string, reason: RegExp) =>
    assert.rejects(loadCorpus(name, dir), (error) => {
      assert.ok(error instanceof TonewireError);
      assert.equal(error.code, 'TW_CORPUS');
      assert.match(error.message, reason);
      return true;
    });

  it('searches sub-folders and leaves hidden and other files alone', async () => {
    const actor = join(folder, 'ravdess', 'Actor_01');
    await mkdir(actor, { recursive: true });
    for (const name of ['03-01-05-01-01-01-01.wav', '._03-01-05-01-01-01-01.wav', 'notes.txt']) {
      await writeFile(join(actor, name), '');
    }
    const whole = await loadCorpus('ravdess', folder);
    assert.deepEqual(
      whole.map((clip) => clip.path),
      [join(actor, '03-01-05-01-01-01-01.wav')],
    );
    assert.deepEqual(await loadCorpus('ravdess', join(folder, 'ravdess')), whole);
  });

  it('refuses a missing folder, an empty one and an unknown corpus', async () => {
    const empty = join(folder, 'empty');
    await mkdir(empty);
    await refuses('nemo', join(folder, 'none'), /none: the folder cannot be read/);
    await refuses('nemo', empty, /empty: holds no recording of nemo/);
    await refuses('iemocap', folder, /"iemocap" is not a known corpus: ravdess/);
  });

  const counts = { ravdess: 1439, cremad: 1782, 'cremad-resynth': 6450, nemo: 4481 };
  for (const [name, count] of Object.entries(counts)) {
    it(`finds the ${count} recordings of ${name}`, async function () {
      assert.equal((await loadCorpus(name, recordings(this, name))).length, count);
    });
  }
});
