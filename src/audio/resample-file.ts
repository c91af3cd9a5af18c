import { Resampler } from '../pipeline/resample.ts';

/** What the streaming resampler holds back, in samples of the slower rate. */
const DELAY_SLOWER_SAMPLES = 16;

/**
 * A whole recording at another rate, through the very filter that serves live calls, with the
 * filter's delay taken out: sample n of the result is the sound at time n / toHz. Rates in whole hertz.
 */
export function resampleTo(samples: Float32Array, fromHz: number, toHz: number): Float32Array {
  if (fromHz === toHz) return samples;
  const resampler = new Resampler(fromHz, toHz);
  const length = Math.round((samples.length * toHz) / fromHz);
  const { lead, delay } = alignment(fromHz, toHz);
  const delayed = new Float32Array(length + delay);
  let filled = 0;
  const keep = (view: Float32Array) => {
    const kept = view.subarray(0, delayed.length - filled);
    delayed.set(kept, filled);
    filled += kept.length;
  };
  keep(resampler.push(new Float32Array(lead)));
  keep(resampler.push(samples));
  keep(resampler.flush());
  return delayed.subarray(delay);
}

/**
 * Silence to send ahead (input samples) so that it and the filter's delay together are a whole
 * number of output samples, and that number.
 */
function alignment(fromHz: number, toHz: number): { lead: number; delay: number } {
  const period = fromHz / greatestCommonDivisor(fromHz, toHz);
  const held = Math.ceil(DELAY_SLOWER_SAMPLES * Math.max(1, fromHz / toHz));
  const lead = (period - (held % period)) % period;
  return { lead, delay: Math.round(((held + lead) * toHz) / fromHz) };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
