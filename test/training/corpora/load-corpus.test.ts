import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TonewireError } from '../../../src/protocol/errors.ts';
import {
  CORPUS_NAMES,
  corpusLabels,
  loadCorpus,
} from '../../../src/training/corpora/load-corpus.ts';
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

  it('keeps one of two copies of a recording, but not of two speakers with like names', async () => {
    for (const place of ['tess/OAF_sad', 'tess/copy/OAF_sad', 'savee/DC', 'savee/JE']) {
      await mkdir(join(folder, place), { recursive: true });
    }
    for (const place of ['tess/OAF_sad', 'tess/copy/OAF_sad']) {
      await writeFile(join(folder, place, 'OAF_back_sad.wav'), '');
    }
    for (const speaker of ['DC', 'JE'])
      await writeFile(join(folder, 'savee', speaker, 'a01.wav'), '');
    assert.equal((await loadCorpus('tess', folder)).length, 1);
    assert.deepEqual(
      (await loadCorpus('savee', folder)).map((clip) => clip.speaker),
      ['savee-DC', 'savee-JE'],
    );
  });

  it('refuses a missing folder, an empty one and an unknown corpus', async () => {
    const empty = join(folder, 'empty');
    await mkdir(empty);
    await refuses('nemo', join(folder, 'none'), /none: the folder cannot be read/);
    await refuses('nemo', empty, /empty: holds no recording of nemo/);
    await refuses('msp-podcast', folder, /"msp-podcast" is not a known corpus: ravdess/);
  });

  const counts = { ravdess: 1439, cremad: 1782, 'cremad-resynth': 6450, nemo: 4481 };
  it('has every label of its real recordings, and no other', async function () {
    for (const name of CORPUS_NAMES.filter((name) => name in counts && name !== 'cremad')) {
      const clips = await loadCorpus(name, recordings(this, name));
      const found = new Set(clips.map((clip) => clip.label));
      assert.deepEqual(found, new Set(corpusLabels(name)), name);
    }
  });

  for (const [name, count] of Object.entries(counts)) {
    it(`finds the ${count} recordings of ${name}`, async function () {
      assert.equal((await loadCorpus(name, recordings(this, name))).length, count);
    });
  }
});
