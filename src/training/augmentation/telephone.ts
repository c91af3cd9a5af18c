import { encodeAudio } from '../../audio/encode.ts';
import { resampleTo } from '../../audio/resample-file.ts';
import { Decoder } from '../../pipeline/decode.ts';
import { ANALYSIS_RATE_HZ } from '../../pipeline/features/layout.ts';

const TELEPHONE_RATE_HZ = 8000;
/** The band that ITU-T G.712 lets through. Internet telephony often leaves the whole 4 kHz. */
const BAND_LOW_HZ = 300;
const BAND_HIGH_HZ = 3400;
/** The two sections of a fourth-order Butterworth filter. */
const BUTTERWORTH_QS = [0.5412, 1.3066] as const;

type Biquad = readonly [b0: number, b1: number, b2: number, a1: number, a2: number];

const BAND_FILTER: readonly Biquad[] = BUTTERWORTH_QS.flatMap((q) => [
  highPass(BAND_LOW_HZ, q),
  lowPass(BAND_HIGH_HZ, q),
]);

/**
 * A 16 kHz recording as it arrives over a telephone: 8 kHz, 300–3400 Hz where `band` says so,
 * mu-law and back through the serving decoder and resampler. Same length, 16 kHz again.
 */
export function telephone(samples: Float32Array, band: boolean): Float32Array {
  const bytes = telephoneBytes(samples, band);
  const decoded = new Decoder('mulaw').decode(bytes);
  const received = resampleTo(decoded, TELEPHONE_RATE_HZ, ANALYSIS_RATE_HZ);
  const output = new Float32Array(samples.length);
  output.set(received.subarray(0, output.length));
  return output;
}

/** The same call's bytes: 8 kHz mu-law, one byte a sample. */
export function telephoneBytes(samples: Float32Array, band: boolean): Uint8Array {
  const narrow = resampleTo(samples, ANALYSIS_RATE_HZ, TELEPHONE_RATE_HZ);
  if (band) for (const section of BAND_FILTER) filterInPlace(narrow, section);
  return encodeAudio(narrow, 'mulaw');
}

/** R. Bristow-Johnson, "Cookbook formulae for audio EQ biquad filter coefficients". */
function highPass(cornerHz: number, q: number): Biquad {
  const { cos, alpha } = corner(cornerHz, q);
  const a0 = 1 + alpha;
  const b = (1 + cos) / 2 / a0;
  return [b, -2 * b, b, (-2 * cos) / a0, (1 - alpha) / a0];
}

function lowPass(cornerHz: number, q: number): Biquad {
  const { cos, alpha } = corner(cornerHz, q);
  const a0 = 1 + alpha;
  const b = (1 - cos) / 2 / a0;
  return [b, 2 * b, b, (-2 * cos) / a0, (1 - alpha) / a0];
}

function corner(cornerHz: number, q: number): { cos: number; alpha: number } {
  const angle = (2 * Math.PI * cornerHz) / TELEPHONE_RATE_HZ;
  return { cos: Math.cos(angle), alpha: Math.sin(angle) / (2 * q) };
}

function filterInPlace(samples: Float32Array, [b0, b1, b2, a1, a2]: Biquad): void {
  let s1 = 0;
  let s2 = 0;
  for (let i = 0; i < samples.length; i++) {
    const input = samples[i]!;
    const output = b0 * input + s1;
    s1 = b1 * input - a1 * output + s2;
    s2 = b2 * input - a2 * output;
    samples[i] = output;
  }
}
