import type { Random } from '../training/random.ts';
import { groupBy } from './group-by.ts';
import { type Interval, measure, quantile, type SpeakerJudgement } from './metrics.ts';

/** How far one method is ahead of another on the same recordings, in unweighted accuracy, −1..1. */
export interface PairedDifference extends Interval {
  readonly difference: number;
}

/**
 * The difference of two methods' unweighted accuracy, with a 95 % percentile interval that draws
 * whole speakers, the same ones for both: what makes a speaker hard for both cancels out.
 */
export function pairedDifference(
  one: readonly SpeakerJudgement[],
  other: readonly SpeakerJudgement[],
  random: Random,
  resamples = 2000,
): PairedDifference {
  const ahead = (mine: readonly SpeakerJudgement[], theirs: readonly SpeakerJudgement[]) =>
    measure(mine).unweightedAccuracy - measure(theirs).unweightedAccuracy;
  const [mine, theirs] = [one, other].map((all) => groupBy(all, ({ speaker }) => speaker));
  const speakers = [...mine!.keys()];
  const drawn = Array.from({ length: resamples }, () => {
    const sample = speakers.map(() => random.pick(speakers));
    const of = (groups: ReadonlyMap<string, readonly SpeakerJudgement[]>) =>
      sample.flatMap((speaker) => groups.get(speaker)!);
    return ahead(of(mine!), of(theirs!));
  });
  const sorted = Float64Array.from(drawn).sort();
  return {
    difference: ahead(one, other),
    low: quantile(sorted, 0.025),
    high: quantile(sorted, 0.975),
  };
}
