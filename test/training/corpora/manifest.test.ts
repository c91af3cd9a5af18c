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

  it('reads what else is known of a recording, whatever the case of the header', async () => {
    const clips = await manifest(
      'Path,LABEL,speaker,Corpus,Sentence,intensity,Gender,AgeYears\n' +
        '1.wav,calm,a,calls,hello,weak,F,41\n2.wav,calm,b,,,,male,\n',
    );
    const base = { label: 'calm', path: join(folder, '1.wav'), speaker: 'a', corpus: 'calls' };
    assert.deepEqual(clips, [
      { ...base, sentence: 'hello', intensity: 'weak', gender: 'female', ageYears: 41 },
      {
        label: 'calm',
        path: join(folder, '2.wav'),
        speaker: 'b',
        corpus: 'manifest',
        gender: 'male',
      },
    ]);
  });

  it('refuses a gender and an age that it cannot read, and names the line', async () => {
    const header = 'path,label,speaker,gender,ageYears\n';
    await refuses(`${header}1.wav,calm,a,woman,\n`, /line 2: the gender "woman"/);
    await refuses(`${header}1.wav,calm,a,,40\n2.wav,calm,a,,old\n`, /line 3: the age "old"/);
    await refuses(`${header}1.wav,calm,a,,-3\n`, /line 2: the age "-3"/);
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
