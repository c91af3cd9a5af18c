import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TonewireError } from '../../../src/protocol/errors.ts';
import { readManifest } from '../../../src/training/corpora/manifest.ts';

describe('readManifest', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'manifest-'));
  });
  after(() => rm(folder, { recursive: true }));

  const manifest = async (text: string) => {
    const path = join(folder, 'mine.csv');
    await writeFile(path, text);
    return readManifest(path);
  };

  const refuses = (text: string, reason: RegExp) =>
    assert.rejects(manifest(text), (error) => {
      assert.ok(error instanceof TonewireError);
      assert.equal(error.code, 'TW_CORPUS');
      assert.match(error.message, reason);
      return true;
    });

  it('reads paths beside the file and absolute ones, in any column order', async () => {
    const clips = await manifest(
      'speaker,path,label,note\nann,a/1.wav,ANGRY,x\nbob,/r/2.flac,sad,\n',
    );
    assert.deepEqual(clips, [
      { path: join(folder, 'a/1.wav'), label: 'anger', speaker: 'ann', corpus: 'manifest' },
      { path: '/r/2.flac', label: 'sadness', speaker: 'bob', corpus: 'manifest' },
    ]);
  });

  it('reads quoted fields, a byte-order mark and Windows line ends', async () => {
    const clips = await manifest('\ufeffpath,label,speaker\r\n"a, b ""c"".wav",calm,"Ann, P."\r\n');
    assert.equal(clips[0]!.path, join(folder, 'a, b "c".wav'));
    assert.equal(clips[0]!.speaker, 'Ann, P.');
  });

  it('names the line of an unknown label', async () => {
    await refuses('path,label,speaker\n1.wav,calm,a\n2.wav,bored,a\n', /line 3.*"bored"/);
  });

  it('refuses a missing column, an empty field, a ragged row and no rows', async () => {
    await refuses('path,label\n1.wav,calm\n', /line 1: the header/);
    await refuses('path,label,speaker\n1.wav,calm,\n', /line 2: .* must not be empty/);
    await refuses('path,label,speaker\n1.wav,calm\n', /line 2/);
    await refuses('path,label,speaker\n', /no recording is listed/);
    await refuses('', /line 1: the header/);
  });

  it('refuses a file that is not there', async () => {
    await assert.rejects(readManifest(join(folder, 'none.csv')), /none\.csv: .* cannot be read/);
  });
});
