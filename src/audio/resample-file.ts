import { createResampler } from '../pipeline/resampling/create-resampler.ts';

/**
 * A whole recording at another rate, through the very filter that serves live calls, with the
 * filter's delay taken out: sample n of the result is the sound at time n / toHz. Rates in whole hertz.
 */
export function resampleTo(samples: Float32Array, fromHz: number, toHz: number): Float32Array {
  if (fromHz === toHz) return samples;
  const resampled = new Float32Array(Math.round((samples.length * toHz) / fromHz));
  const resampler = createResampler(fromHz, toHz);
  try {
    resampler.skipDelay();
    const body = resampler.push(samples).subarray(0, resampled.length);
    resampled.set(body);
    const tail = resampler.push(new Float32Array(resampler.delaySamples));
    resampled.set(tail.subarray(0, resampled.length - body.length), body.length);
  } finally {
    resampler.free();
  }
  return resampled;
}
