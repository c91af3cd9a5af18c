import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCorpus } from '../../../src/training/corpora/load-corpus.ts';
import { recordings } from '../../helpers/recordings.ts';

const TABLE =
  '"ActorID","Age","Sex","Race","Ethnicity"\n1001,51,"Male","Caucasian","Not Hispanic"\n';
const KNOWN = { gender: 'male', ageYears: 51, race: 'Caucasian', ethnicity: 'Not Hispanic' };

describe("CREMA-D's demographics", () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cremad-'));
    await mkdir(join(folder, 'cremad'));
    await mkdir(join(folder, 'cremad-meta'));
    for (const actor of ['1001', '1002']) {
      await writeFile(join(folder, 'cremad', `${actor}_IEO_HAP_HI.wav`), '');
    }
  });
  afterEach(() => rm(folder, { recursive: true }));

  const bare = (actor: string) => ({
    path: join(folder, 'cremad', `${actor}_IEO_HAP_HI.wav`),
    label: 'happiness',
    speaker: `cremad-${actor}`,
    corpus: 'cremad',
    sentence: 'IEO',
    intensity: 'high',
  });

  for (const place of ['cremad', '.', 'cremad-meta']) {
    it(`join the clips of the actors whom the table in ${place}/ names`, async () => {
      await writeFile(join(folder, place, 'VideoDemographics.csv'), TABLE);
      const expected = [{ ...bare('1001'), ...KNOWN }, bare('1002')];
      assert.deepEqual(await loadCorpus('cremad', folder), expected);
      assert.deepEqual(await loadCorpus('cremad', join(folder, 'cremad')), expected);
    });
  }

  it('say nothing where the table says Unknown', async () => {
    const path = join(folder, 'cremad', 'VideoDemographics.csv');
    await writeFile(path, TABLE.replace('Caucasian', 'Unknown'));
    const [clip] = await loadCorpus('cremad', folder);
    assert.ok(!('race' in clip!));
    assert.equal(clip!.ethnicity, 'Not Hispanic');
  });

  it('are left out where there is no table', async () => {
    assert.deepEqual(await loadCorpus('cremad', folder), [bare('1001'), bare('1002')]);
  });

  it('are refused, with the line, where the table makes no sense', async () => {
    const path = join(folder, 'cremad', 'VideoDemographics.csv');
    await writeFile(path, TABLE.replace('51', 'old'));
    await assert.rejects(loadCorpus('cremad', folder), /line 2: not an actor's age and sex/);
    await writeFile(path, 'ActorID,Age\n1001,51\n');
    await assert.rejects(loadCorpus('cremad', folder), /line 1: the header must hold actorid/);
  });

  it('are known of every real clip', async function () {
    recordings(this, 'cremad-meta');
    const clips = await loadCorpus('cremad-resynth', recordings(this, 'cremad-resynth'));
    const known = clips.filter(({ gender, ageYears }) => gender && ageYears);
    assert.equal(known.length, 6450);
    const actor = clips.find(({ speaker }) => speaker === 'cremad-1001');
    assert.deepEqual([actor!.gender, actor!.ageYears], ['male', 51]);
  });
});
