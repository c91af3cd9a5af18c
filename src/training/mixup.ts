import { FEATURE_COUNT } from '../pipeline/features/layout.ts';
import { readoutCount } from '../pipeline/network/network.ts';
import type { Batch } from './batches.ts';
import type { Targets } from './loss.ts';
import type { Random } from './random.ts';
import type { Recipe } from './recipe.ts';

/**
 * Lays another clip of the batch and its label over some clips, in place (mixup, Zhang et al. 2018,
 * arXiv 1710.09412): x = s·x + (1 − s)·x', with s between ½ and 1, so that a clip stays what it is
 * mostly. Only single clips of one corpus are mixed; a shorter partner is repeated.
 */
export function mixClips(batch: Batch, targets: Targets, recipe: Recipe, random: Random): void {
  const { probability } = recipe.mixup;
  if (probability === 0) return;
  const frames = batch.frames.slice();
  const wanted = targets.wanted.slice();
  const partners = random.shuffle(batch.lengths.map((_length, b) => b));
  partners.forEach((partner, b) => {
    const share = random.uniform(0.5, 1);
    if (!random.chance(probability) || !areAlike(batch, b, partner)) return;
    mixFrames(batch, frames, b, partner, share);
    mixTargets(batch, targets, wanted, recipe, { b, partner, share });
  });
}

function areAlike({ segments }: Batch, b: number, partner: number): boolean {
  const [own, other] = [segments[b]!, segments[partner]!];
  const single = own.length === 1 && other.length === 1;
  return b !== partner && single && own[0]!.clip.corpus === other[0]!.clip.corpus;
}

function mixFrames(
  batch: Batch,
  before: Float32Array,
  b: number,
  partner: number,
  share: number,
): void {
  const width = batch.frameCount * FEATURE_COUNT;
  const period = batch.lengths[partner]! * FEATURE_COUNT;
  for (let i = 0; i < batch.lengths[b]! * FEATURE_COUNT; i++) {
    const other = before[partner * width + (i % period)]!;
    batch.frames[b * width + i] = share * before[b * width + i]! + (1 - share) * other;
  }
}

function mixTargets(
  batch: Batch,
  targets: Targets,
  before: Float32Array,
  recipe: Recipe,
  { b, partner, share }: { readonly b: number; readonly partner: number; readonly share: number },
): void {
  const size = batch.lengths.length;
  const labelCount = targets.wanted.length / targets.rows;
  for (let r = 0; r < readoutCount(batch.lengths[b]!, recipe.readoutEvery); r++) {
    const own = (r * size + b) * labelCount;
    for (let label = 0; label < labelCount; label++) {
      // A single clip's first readout holds its label like every other.
      const other = before[partner * labelCount + label]!;
      targets.wanted[own + label] = share * before[own + label]! + (1 - share) * other;
    }
  }
}
