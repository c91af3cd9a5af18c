import type { CorpusClip } from '../training/corpora/clip.ts';
import { groupBy } from './group-by.ts';
import type { Judged } from './judge.ts';
import { measure, quantile } from './metrics.ts';

/** The speaker's and the recording's traits that are compared, as far as a corpus says them. */
const TRAITS: Readonly<Record<string, (clip: CorpusClip) => string | undefined>> = {
  gender: ({ gender }) => gender,
  age: ({ ageYears }) => (ageYears === undefined ? undefined : ageBand(ageYears)),
  race: ({ race }) => race,
  ethnicity: ({ ethnicity }) => ethnicity,
  intensity: ({ intensity }) => intensity,
};

/** The bands in which CREMA-D's actors are compared. */
export function ageBand(years: number): string {
  if (years < 30) return 'under 30';
  return years < 45 ? '30 to 44' : '45 and over';
}

export interface GroupRow {
  readonly value: string;
  readonly n: number;
  readonly speakers: number;
  readonly accuracy: number;
  readonly unweightedAccuracy: number;
}

export interface Group {
  readonly trait: string;
  readonly rows: readonly GroupRow[];
  /** Clips of which the corpus does not say it. */
  readonly unknown: number;
}

/** One table a trait that any of the clips says. */
export function byGroup(judged: readonly Judged[]): Group[] {
  return Object.entries(TRAITS).flatMap(([trait, read]) => {
    const known = judged.filter(({ clip }) => read(clip) !== undefined);
    if (known.length === 0) return [];
    const groups = groupBy(known, ({ clip }) => read(clip)!);
    const rows = [...groups].map(([value, own]) => ({
      value,
      speakers: new Set(own.map(({ speaker }) => speaker)).size,
      ...accuracies(own),
    }));
    rows.sort((a, b) => b.n - a.n);
    return [{ trait, rows, unknown: judged.length - known.length }];
  });
}

/** Five numbers of a spread (Tukey). */
export interface Spread {
  readonly lowest: number;
  readonly lowerQuartile: number;
  readonly median: number;
  readonly upperQuartile: number;
  readonly highest: number;
}

export interface SpeakerRow {
  readonly speaker: string;
  readonly n: number;
  readonly accuracy: number;
  readonly unweightedAccuracy: number;
}

/** Every speaker's own figures, the worst first, and how far they lie apart. */
export function bySpeaker(judged: readonly Judged[]) {
  const speakers = groupBy(judged, ({ speaker }) => speaker);
  const rows: SpeakerRow[] = [...speakers].map(([speaker, own]) => ({
    speaker,
    ...accuracies(own),
  }));
  rows.sort((a, b) => a.unweightedAccuracy - b.unweightedAccuracy);
  return {
    rows,
    accuracy: spreadOf(rows.map(({ accuracy }) => accuracy)),
    unweightedAccuracy: spreadOf(rows.map(({ unweightedAccuracy }) => unweightedAccuracy)),
  };
}

/** Of at least one value. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = Float64Array.from(values).sort();
  return {
    lowest: quantile(sorted, 0),
    lowerQuartile: quantile(sorted, 0.25),
    median: quantile(sorted, 0.5),
    upperQuartile: quantile(sorted, 0.75),
    highest: quantile(sorted, 1),
  };
}

function accuracies(judged: readonly Judged[]) {
  const { n, accuracy, unweightedAccuracy } = measure(judged);
  return { n, accuracy, unweightedAccuracy };
}
