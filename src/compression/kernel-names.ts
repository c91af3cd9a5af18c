import type { WeightName } from '../pipeline/network/weights.ts';

/**
 * The tensors that are compressed: nearly all of the weights. What the attention score and the
 * logits are read through stays exact, a third of a percent of the whole, and so do the vectors.
 */
export const KERNEL_NAMES = new Set<WeightName>([
  'conv1.kernel',
  'conv2.kernel',
  'lstm.kernel',
  'lstm.recurrent',
  'attention.kernel',
  'dense.kernel',
  'statistics.dense.kernel',
]);
