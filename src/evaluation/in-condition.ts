import type { AudioFile } from '../audio/audio-file.ts';
import { mixDown } from '../audio/audio-file.ts';
import { encodeAudio } from '../audio/encode.ts';
import { resampleTo } from '../audio/resample-file.ts';
import type { AudioFormat } from '../pipeline/analysis.ts';
import { ANALYSIS_RATE_HZ } from '../pipeline/features/layout.ts';
import { SAMPLE_RATES_HZ } from '../protocol/messages.ts';
import { addNoise } from '../training/augmentation/noise.ts';
import type { Random } from '../training/random.ts';
import { type Codec, type Condition, isNoisy, SNR_DB } from './conditions.ts';

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
