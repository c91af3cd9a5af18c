import type { AudioFile } from '../audio/audio-file.ts';
import { mixDown } from '../audio/audio-file.ts';
import { encodeAudio } from '../audio/encode.ts';
import { resampleTo } from '../audio/resample-file.ts';
import type { AudioFormat } from '../pipeline/analysis.ts';
import { ANALYSIS_RATE_HZ } from '../pipeline/features/layout.ts';
import { SAMPLE_RATES_HZ } from '../protocol/messages.ts';
import { addNoise } from '../training/augmentation/noise.ts';
import type { Random } from '../training/random.ts';

/** How audio reaches the pipeline: as recorded, or at a telephone's rate, coding, or both. */
export const CODECS = ['as-recorded', 'pcm8k', 'mulaw8k', 'mulaw16k'] as const;
export type Codec = (typeof CODECS)[number];

/** Real noise under the whole clip at 16 kHz, so much below the active speech level. */
const SNR_DB = { snr20: 20, snr10: 10, snr5: 5, snr0: 0 } as const;
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

function isNoisy(condition: Condition): condition is NoiseCondition {
  return Object.hasOwn(SNR_DB, condition);
}

/** A whole recording as the bytes that a source would send. */
export interface EncodedAudio {
  readonly bytes: Uint8Array;
  readonly format: AudioFormat;
}

/** One clip's noise: which recording, and a stream that says where in it to begin. */
export interface ClipNoise {
  /** 16 kHz. */
  readonly samples: Float32Array;
  readonly random: Random;
}

/**
 * A decoded recording as it sounds and is sent in a condition. `noise` must be given for a noisy
 * one; it lies under the silences too. A mix that would clip is turned down as a whole.
 */
export function inCondition(
  file: AudioFile,
  condition: Condition,
  noise: () => ClipNoise,
): EncodedAudio {
  const samples = mixDown(file);
  if (!isNoisy(condition)) return encodeAs(samples, file.sampleRateHz, condition);
  const { samples: noiseSamples, random } = noise();
  const speech = resampleTo(samples, file.sampleRateHz, ANALYSIS_RATE_HZ);
  const mixed = addNoise(speech, noiseSamples, SNR_DB[condition], random);
  return encodeAs(withoutClipping(mixed), ANALYSIS_RATE_HZ, 'as-recorded');
}

/** Mono samples in a codec's rate and coding. */
export function encodeAs(samples: Float32Array, sampleRateHz: number, codec: Codec): EncodedAudio {
  const format = formatOf(codec, sampleRateHz);
  const resampled = resampleTo(samples, sampleRateHz, format.sampleRateHz);
  return { bytes: encodeAudio(resampled, format.encoding), format };
}

function formatOf(codec: Codec, sampleRateHz: number): AudioFormat {
  switch (codec) {
    case 'as-recorded': {
      const known = SAMPLE_RATES_HZ.some((rateHz) => rateHz === sampleRateHz);
      return { encoding: 'pcm_s16le', sampleRateHz: known ? sampleRateHz : ANALYSIS_RATE_HZ };
    }
    case 'pcm8k':
      return { encoding: 'pcm_s16le', sampleRateHz: 8000 };
    case 'mulaw8k':
      return { encoding: 'mulaw', sampleRateHz: 8000 };
    case 'mulaw16k':
      return { encoding: 'mulaw', sampleRateHz: 16000 };
  }
}

function withoutClipping(samples: Float32Array): Float32Array {
  let peak = 0;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  return peak <= 1 ? samples : samples.map((sample) => sample / peak);
}
