import type { Targets } from './loss.ts';

/**
 * Puts a teacher's answers into a batch's targets, in place: `share` of every wanted distribution
 * becomes the teacher's probabilities over the labels that take part, its logits with the same offsets
 * as the learner's (Hinton et al. 2015, arXiv 1503.02531, at temperature 1). `logits[R·B, labels]` are its answers at the same readouts.
 */
export function mixInTeacher(targets: Targets, logits: Float32Array, share: number): void {
  const { wanted, offsets, rows } = targets;
  const labelCount = wanted.length / rows;
  for (let start = 0; start < wanted.length; start += labelCount) {
    const end = start + labelCount;
    let highest = Number.NEGATIVE_INFINITY;
    for (let i = start; i < end; i++) highest = Math.max(highest, logits[i]! + offsets[i]!);
    let sum = 0;
    for (let i = start; i < end; i++) sum += Math.exp(logits[i]! + offsets[i]! - highest);
    for (let i = start; i < end; i++) {
      const probability = Math.exp(logits[i]! + offsets[i]! - highest) / sum;
      wanted[i] = (1 - share) * wanted[i]! + share * probability;
    }
  }
}
