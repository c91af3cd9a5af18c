/** Zero crossings of the sinc on each side, and table steps between two of them. */
const CROSSINGS = 8;
const STEPS_PER_CROSSING = 512;

const kernel = windowedSinc();

/** One side of a Hann-windowed sinc, `kernel[i]` at i / STEPS_PER_CROSSING zero crossings. */
function windowedSinc(): Float32Array {
  return Float32Array.from({ length: CROSSINGS * STEPS_PER_CROSSING + 1 }, (_, i) => {
    const x = (Math.PI * i) / STEPS_PER_CROSSING;
    const window = 0.5 + 0.5 * Math.cos(x / CROSSINGS);
    return i === 0 ? 1 : (window * Math.sin(x)) / x;
  });
}

/**
 * Plays a recording `factor` times as fast, pitch included: length / factor samples come out.
 * Band-limited interpolation with a tabulated windowed sinc (J. O. Smith, "Digital Audio Resampling
 * Home Page", 2002), because a factor drawn at random is no ratio of small whole numbers.
 */
export function speed(samples: Float32Array, factor: number): Float32Array {
  if (factor === 1) return samples.slice();
  const output = new Float32Array(Math.max(1, Math.round(samples.length / factor)));
  // When sped up, the sinc is widened: what would pass the Nyquist frequency is filtered away.
  const cutoff = Math.min(1, 1 / factor);
  const reach = CROSSINGS / cutoff;
  const tableStep = cutoff * STEPS_PER_CROSSING;
  for (let n = 0; n < output.length; n++) {
    const position = n * factor;
    const first = Math.max(0, Math.ceil(position - reach));
    const last = Math.min(samples.length - 1, Math.floor(position + reach));
    let sum = 0;
    let i = first;
    // Half a step is added so that cutting off the fraction rounds to the nearest entry.
    for (let at = (position - first) * tableStep + 0.5; at >= 0.5; at -= tableStep) {
      sum += samples[i++]! * kernel[at | 0]!;
    }
    for (let at = (i - position) * tableStep + 0.5; i <= last; at += tableStep) {
      sum += samples[i++]! * kernel[at | 0]!;
    }
    output[n] = sum * cutoff;
  }
  return output;
}
