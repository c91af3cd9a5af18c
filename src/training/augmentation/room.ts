import FFT from 'fft.js';
import { mixDown, readAudioFile } from '../../audio/audio-file.ts';
import { resampleTo } from '../../audio/resample-file.ts';
import { ANALYSIS_RATE_HZ } from '../../pipeline/features/layout.ts';
import type { Random } from '../random.ts';
import { activeLevel } from './level.ts';

/** 0.3 s at 16 kHz: the first part of a room is what blurs speech; the rest costs time and adds little. */
export const RESPONSE_SAMPLES = 4800;
const FFT_SIZE = 16384;
/** Sound needs some time to the nearest wall and back: 2 ms is 70 cm. */
const FIRST_REFLECTION_SAMPLES = 32;

const fft = new FFT(FFT_SIZE);

/**
 * Speech as a room gives it back: convolved with a response of at most 0.3 s whose first sample is
 * the direct sound, cut to the same length and brought back to the same active level. 16 kHz.
 */
export function reverberate(samples: Float32Array, response: Float32Array): Float32Array {
  const output = convolve(samples, response.subarray(0, RESPONSE_SAMPLES));
  const level = activeLevel(output);
  if (level === 0) return output;
  const factor = activeLevel(samples) / level;
  for (let i = 0; i < output.length; i++) output[i] = output[i]! * factor;
  return output;
}

/**
 * A made-up room (Polack's model, 1988): the direct sound, then noise that falls by 60 dB in
 * `reverberationSeconds`, with so much more energy in the direct sound than in the rest.
 */
export function syntheticResponse(
  reverberationSeconds: number,
  directToReverberantDb: number,
  random: Random,
): Float32Array {
  const response = new Float32Array(RESPONSE_SAMPLES);
  const decay = Math.log(1000) / (reverberationSeconds * ANALYSIS_RATE_HZ);
  let energy = 0;
  for (let i = FIRST_REFLECTION_SAMPLES; i < response.length; i++) {
    const sample = random.normal() * Math.exp(-decay * i);
    response[i] = sample;
    energy += sample * sample;
  }
  const factor = Math.sqrt(10 ** (-directToReverberantDb / 10) / energy);
  for (let i = 0; i < response.length; i++) response[i] = response[i]! * factor;
  response[0] = 1;
  return response;
}

/** A measured response, at 16 kHz, from its loudest sample (the direct sound) on, peak 1. */
export async function loadResponse(path: string): Promise<Float32Array> {
  const file = await readAudioFile(path);
  const whole = resampleTo(mixDown(file), file.sampleRateHz, ANALYSIS_RATE_HZ);
  let peakAt = 0;
  for (let i = 0; i < whole.length; i++) {
    if (Math.abs(whole[i]!) > Math.abs(whole[peakAt]!)) peakAt = i;
  }
  const peak = whole[peakAt]!;
  return whole.subarray(peakAt, peakAt + RESPONSE_SAMPLES).map((sample) => sample / peak);
}

/** Overlap-add; two blocks go through each transform, one as its real and one as its imaginary part. */
function convolve(samples: Float32Array, response: Float32Array): Float32Array {
  const block = FFT_SIZE - response.length + 1;
  const spectrum = responseSpectrum(response);
  const output = new Float32Array(samples.length);
  const packed = new Float64Array(2 * FFT_SIZE);
  const transformed = new Float64Array(2 * FFT_SIZE);
  for (let start = 0; start < samples.length; start += 2 * block) {
    packed.fill(0);
    interleave(samples.subarray(start, start + block), packed, 0);
    interleave(samples.subarray(start + block, start + 2 * block), packed, 1);
    fft.transform(transformed, packed);
    multiply(transformed, spectrum);
    fft.inverseTransform(packed, transformed);
    addPart(output, start, packed, 0);
    addPart(output, start + block, packed, 1);
  }
  return output;
}

function responseSpectrum(response: Float32Array): Float64Array {
  const packed = new Float64Array(2 * FFT_SIZE);
  interleave(response, packed, 0);
  const spectrum = new Float64Array(2 * FFT_SIZE);
  fft.transform(spectrum, packed);
  return spectrum;
}

function interleave(samples: Float32Array, packed: Float64Array, part: 0 | 1): void {
  for (let i = 0; i < samples.length; i++) packed[2 * i + part] = samples[i]!;
}

function multiply(a: Float64Array, b: Float64Array): void {
  for (let i = 0; i < a.length; i += 2) {
    const re = a[i]! * b[i]! - a[i + 1]! * b[i + 1]!;
    a[i + 1] = a[i]! * b[i + 1]! + a[i + 1]! * b[i]!;
    a[i] = re;
  }
}

function addPart(output: Float32Array, start: number, packed: Float64Array, part: 0 | 1): void {
  const count = Math.min(FFT_SIZE, output.length - start);
  for (let i = 0; i < count; i++) output[start + i] = output[start + i]! + packed[2 * i + part]!;
}
