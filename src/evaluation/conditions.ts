/** How audio reaches the pipeline: as recorded, or at a telephone's rate, coding, or both. */
export const CODECS = ['as-recorded', 'pcm8k', 'mulaw8k', 'mulaw16k'] as const;
export type Codec = (typeof CODECS)[number];

/** Real noise under the whole clip at 16 kHz, so much below the active speech level. */
export const SNR_DB = { snr20: 20, snr10: 10, snr5: 5, snr0: 0 } as const;
type NoiseCondition = keyof typeof SNR_DB;
export const NOISE_CONDITIONS = Object.keys(SNR_DB) as NoiseCondition[];

/** The circumstances a model can be measured in. */
export type Condition = Codec | NoiseCondition;
export const CONDITIONS: readonly Condition[] = [...CODECS, ...NOISE_CONDITIONS];

/** What each condition is, for a person who reads a report. */
export const CONDITION_MEANINGS: Readonly<Record<Condition, string>> = {
  'as-recorded': 'as recorded, 16-bit linear',
  pcm8k: '8 kHz, 16-bit linear',
  mulaw8k: '8 kHz mu-law, as a telephone',
  mulaw16k: '16 kHz mu-law',
  snr20: 'noise 20 dB below the speech',
  snr10: 'noise 10 dB below the speech',
  snr5: 'noise 5 dB below the speech',
  snr0: 'noise as loud as the speech',
};

/** The signal-to-noise ratio of a condition; null where no noise is added. */
export function snrDbOf(condition: Condition): number | null {
  return isNoisy(condition) ? SNR_DB[condition] : null;
}

export function isNoisy(condition: Condition): condition is NoiseCondition {
  return Object.hasOwn(SNR_DB, condition);
}
