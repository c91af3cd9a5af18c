import type { Emotion } from '../protocol/labels.ts';
import type { Baseline } from './baseline.ts';

/** Always the commonest label of the training side; of equally common ones the first by name. */
export const majority: Baseline = async (train, test) => {
  const counts = new Map<Emotion, number>();
  for (const { clip } of train) counts.set(clip.label, (counts.get(clip.label) ?? 0) + 1);
  const labels = [...counts.keys()].sort();
  const commonest = labels.reduce((a, b) => (counts.get(b)! > counts.get(a)! ? b : a));
  return { predicted: test.map(() => commonest), chosen: commonest };
};
