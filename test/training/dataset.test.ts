import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NOBODY } from '../../src/training/batches.ts';
import type { CorpusClip } from '../../src/training/corpora/clip.ts';
import { buildBackground, buildDataset, type DatasetOptions } from '../../src/training/dataset.ts';
import { folderCache } from '../../src/training/feature-cache.ts';
import { vowel } from '../helpers/signals.ts';
import { wav } from '../helpers/wav.ts';

const OPTIONS: DatasetOptions = {
  variants: 3,
  augmentation: { speed: { probability: 1, factor: [0.8, 1.25] } },
  sounds: { noises: [], responses: [] },
  seed: 1,
};

/** Made recordings of one voice. */
async function madeClips(pitchesHz: readonly number[]): Promise<CorpusClip[]> {
  const folder = await mkdtemp(join(tmpdir(), 'tonewire-'));
  return Promise.all(
    pitchesHz.map(async (pitchHz) => {
      const path = join(folder, `${pitchHz}.wav`);
      await writeFile(path, wav(vowel(pitchHz, 16000, 1, { syllablesHz: 4 }), 16000));
      return { path, label: 'anger' as const, speaker: 'one', corpus: 'made' };
    }),
  );
}

describe('buildDataset', () => {
  it('makes the same copies of a clip whatever else is read and however many are asked for', async () => {
    const [first, second] = await madeClips([120, 200]);
    const both = await buildDataset([first!, second!], OPTIONS);
    const alone = await buildDataset([second!], { ...OPTIONS, variants: 2 });
    assert.deepEqual(alone[0]!.variants, both[1]!.variants.slice(0, 2));
    const other = await buildDataset([second!], { ...OPTIONS, seed: 2 });
    assert.deepEqual(other[0]!.variants[0], both[1]!.variants[0]);
    assert.notDeepEqual(other[0]!.variants[1], both[1]!.variants[1]);
  });

  it('takes from the cache what an earlier run made, and makes only what is missing', async () => {
    const clips = await madeClips([150]);
    const cache = folderCache(await mkdtemp(join(tmpdir(), 'tonewire-')));
    const fresh = await buildDataset(clips, OPTIONS);
    await buildDataset(clips, { ...OPTIONS, variants: 1, cache });
    assert.deepEqual(await buildDataset(clips, { ...OPTIONS, cache }), fresh);
    const kept: string[] = [];
    const watched = {
      read: async (key: string) => {
        kept.push(key);
        return cache.read(key);
      },
      write: () => assert.fail('nothing is missing'),
    };
    assert.deepEqual(await buildDataset(clips, { ...OPTIONS, cache: watched }), fresh);
    assert.equal(kept.length, 1);
  });

  it('leaves out what holds no speech', async () => {
    const [clip] = await madeClips([150]);
    await rm(clip!.path);
    await writeFile(clip!.path, wav(new Float32Array(16000), 16000));
    assert.deepEqual(await buildDataset([clip!], OPTIONS), []);
  });
});

describe('buildBackground', () => {
  it('holds the noises that pass the speech gate, of nobody', async () => {
    const [humming, silent] = await madeClips([150, 200]);
    await writeFile(silent!.path, wav(new Float32Array(16000), 16000));
    const background = await buildBackground([humming!.path, silent!.path], OPTIONS);
    assert.deepEqual(
      background.map(({ path, label }) => [path, label]),
      [[humming!.path, NOBODY]],
    );
    const [copies] = await buildDataset([{ ...humming!, corpus: 'background' }], OPTIONS);
    assert.deepEqual(background[0]!.variants, copies!.variants);
  });
});
