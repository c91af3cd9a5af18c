import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CorpusClip } from '../../src/training/corpora/clip.ts';
import { readFeatures } from '../../src/training/read-features.ts';
import { readTrainingPlan, type TrainingPlan } from '../../src/training/training-plan.ts';
import { vowel } from '../helpers/signals.ts';
import { wav } from '../helpers/wav.ts';

const SLOWER = { speed: { probability: 1, factor: [0.8, 0.9] as [number, number] } };
const FASTER = { speed: { probability: 1, factor: [1.1, 1.2] as [number, number] } };

/** One recording of each of two corpora. */
async function madeClips(): Promise<CorpusClip[]> {
  const folder = await mkdtemp(join(tmpdir(), 'tonewire-'));
  const path = join(folder, 'a.wav');
  await writeFile(path, wav(vowel(140, 16000, 1, { syllablesHz: 4 }), 16000));
  return ['ravdess', 'nemo'].map((corpus) => {
    return { path, label: 'anger', speaker: `${corpus}-one`, corpus };
  });
}

/** A plan of two corpora, the copies of the second with steps of their own. */
async function planOf(own: TrainingPlan['augmentation'] | undefined): Promise<TrainingPlan> {
  const { background: _, ...plan } = await readTrainingPlan('models/recipes/emotion-v2.json');
  const source = { licence: 'made', variants: 2 };
  return {
    ...plan,
    augmentation: SLOWER,
    sources: [
      { ...source, corpus: 'ravdess' },
      { ...source, corpus: 'nemo', ...(own && { augmentation: own }) },
    ],
  };
}

describe('readFeatures', () => {
  it('makes the copies of a corpus by the steps that are its own', async () => {
    const [first, second] = await madeClips();
    const copiesOf = async (clip: CorpusClip, own?: TrainingPlan['augmentation']) => {
      const features = await readFeatures([clip], await planOf(own), {});
      return features.get(clip.path)!.variants;
    };
    const slower = await copiesOf(second!);
    const faster = await copiesOf(second!, FASTER);
    assert.deepEqual(faster[0], slower[0]);
    assert.ok(faster[1]!.length < faster[0]!.length && slower[1]!.length > slower[0]!.length);
    assert.deepEqual(await copiesOf(first!, FASTER), await copiesOf(first!));
    assert.deepEqual(
      await copiesOf(second!, { gain: { probability: 0, decibels: [0, 0] } }),
      slower,
    );
  });

  it('asks for noises where the copies of one corpus alone need them', async () => {
    const plan = await planOf({ noise: { probability: 1, snrDb: [5, 5] } });
    await assert.rejects(readFeatures([], plan, {}), {
      code: 'TW_TRAINING',
      message: /no noise folder/,
    });
  });
});
