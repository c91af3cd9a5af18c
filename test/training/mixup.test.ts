import assert from 'node:assert/strict';
import { FEATURE_COUNT } from '../../src/pipeline/features/layout.ts';
import { type Batch, type TrainingClip, validationBatches } from '../../src/training/batches.ts';
import { measureLabels, targetsOf } from '../../src/training/loss.ts';
import { mixClips } from '../../src/training/mixup.ts';
import { createRandom } from '../../src/training/random.ts';
import { DEFAULT_RECIPE } from '../../src/training/recipe.ts';

const RECIPE = { ...DEFAULT_RECIPE, labelSmoothing: 0, mixup: { probability: 0.9 } };

/** Clips whose every value is their number. */
function numbered(count: number, corpusOf: (i: number) => string): TrainingClip[] {
  return Array.from({ length: count }, (_, i) => ({
    variants: [new Float32Array((20 + i) * FEATURE_COUNT).fill(i)],
    label: i,
    speaker: 's',
    corpus: corpusOf(i),
    path: `${i}`,
  }));
}

function mixed(clips: readonly TrainingClip[]) {
  const mean = new Float32Array(FEATURE_COUNT);
  const [batch] = [...validationBatches(clips, mean, clips.length)] as [Batch];
  const targets = targetsOf(batch, measureLabels(clips, RECIPE, 8), RECIPE);
  mixClips(batch, targets, RECIPE, createRandom(2));
  return { batch, targets, size: clips.length };
}

describe('mixClips', () => {
  it('mixes frames and wanted labels in the same shares, at every readout', () => {
    const { batch, targets, size } = mixed(numbered(8, () => 'one'));
    let changed = 0;
    batch.lengths.forEach((length, b) => {
      const value = batch.frames[b * batch.frameCount * FEATURE_COUNT]!;
      for (let r = 0; r < Math.ceil(length / RECIPE.readoutEvery); r++) {
        const row = targets.wanted.subarray((r * size + b) * 8, (r * size + b + 1) * 8);
        assert.ok(Math.abs(row.reduce((a, p) => a + p) - 1) < 1e-6);
        assert.ok(row[b]! >= 0.5, 'a clip stays what it is mostly');
        const expected = row.reduce((sum, p, label) => sum + p * label, 0);
        assert.ok(Math.abs(expected - value) < 1e-5);
        if (row[b]! < 1) changed += 1;
      }
    });
    assert.ok(changed > 8);
  });

  it('mixes no clips of different corpora', () => {
    const { targets } = mixed(numbered(8, (i) => `${i}`));
    assert.ok(targets.wanted.every((value) => value === 0 || value === 1));
  });
});
