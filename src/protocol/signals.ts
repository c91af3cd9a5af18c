import { EMOTIONS } from './labels.ts';

/** What an alert rule can watch on a leg; each is a number, its unit in its name. */
export const SIGNALS = [
  /** Calibrated probability, 0..1. */
  ...EMOTIONS,
  /** −1..1. */
  'valence',
  'arousal',
  /** Level in dB relative to full scale. */
  'intensityDb',
  /** Syllable nuclei per second of speech. */
  'speechRateHz',
  /** Median pitch in semitones above 55 Hz: people differ, so best beside the speaker's own. */
  'pitchSemitones',
  /** Since this leg last spoke. */
  'silenceMs',
] as const;
export type Signal = (typeof SIGNALS)[number];

/** How a signal is looked at: as it is, beside the speaker's own usual value, or as a change over time. */
export const MEASURES = ['value', 'overBaseline', 'change'] as const;
export type Measure = (typeof MEASURES)[number];
