import { Doubler } from './doubler.ts';
import { PassThrough } from './pass-through.ts';
import type { Resampler } from './resampler.ts';
import { SpeexResampler } from './speex-resampler.ts';

/** Rates in whole hertz. Telephone audio goes through the filter that is made for it. */
export function createResampler(fromHz: number, toHz: number): Resampler {
  if (toHz === fromHz) return new PassThrough();
  if (toHz === 2 * fromHz) return new Doubler();
  return new SpeexResampler(fromHz, toHz);
}
