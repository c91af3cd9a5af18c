/** 40 ms windows, half overlapped, at 16 kHz; matches are sought within ±10 ms. */
const WINDOW_SAMPLES = 640;
const HOP_SAMPLES = WINDOW_SAMPLES / 2;
const SEARCH_SAMPLES = 160;
/** The search looks at every fourth place and sample first, then refines. */
const COARSE_STEP = 4;

const hann = Float32Array.from(
  { length: WINDOW_SAMPLES },
  (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / WINDOW_SAMPLES),
);

/**
 * Makes a recording `factor` times as fast without moving its pitch: length / factor samples come
 * out. WSOLA (Verhelst and Roelands, ICASSP 1993): windows are taken about every factor × hop
 * samples, each moved to where it best continues the one before.
 */
export function stretch(samples: Float32Array, factor: number): Float32Array {
  const length = Math.max(1, Math.round(samples.length / factor));
  if (factor === 1 || samples.length < 2 * WINDOW_SAMPLES) return resized(samples, length);
  const padded = new Float32Array(samples.length + 2 * WINDOW_SAMPLES + 2 * SEARCH_SAMPLES);
  const lead = HOP_SAMPLES + SEARCH_SAMPLES;
  padded.set(samples, lead);
  const lastStart = padded.length - WINDOW_SAMPLES;
  // Output starts one hop early, so that the first kept sample lies under two windows.
  const output = new Float32Array(length + 2 * WINDOW_SAMPLES);
  let start = SEARCH_SAMPLES;
  for (let at = 0; at < length + HOP_SAMPLES; at += HOP_SAMPLES) {
    const ideal = Math.round(SEARCH_SAMPLES + at * factor);
    if (at > 0)
      start = bestStart(padded, Math.min(start + HOP_SAMPLES, lastStart), ideal, lastStart);
    addWindow(output, at, padded, start);
  }
  return output.slice(HOP_SAMPLES, HOP_SAMPLES + length);
}

/** Too short to overlap windows in: cut, or filled up with silence. */
function resized(samples: Float32Array, length: number): Float32Array {
  const output = new Float32Array(length);
  output.set(samples.subarray(0, length));
  return output;
}

function addWindow(output: Float32Array, at: number, input: Float32Array, start: number): void {
  const count = Math.min(WINDOW_SAMPLES, output.length - at);
  for (let i = 0; i < count; i++) {
    output[at + i] = output[at + i]! + hann[i]! * input[start + i]!;
  }
}

/** Near `ideal`, the window whose beginning is most like what followed the window before (`natural`). */
function bestStart(input: Float32Array, natural: number, ideal: number, last: number): number {
  const low = Math.min(last, Math.max(0, ideal - SEARCH_SAMPLES));
  const high = Math.min(last, Math.max(low, ideal + SEARCH_SAMPLES));
  const coarse = mostAlike(input, natural, low, high, COARSE_STEP);
  const fineLow = Math.max(low, coarse - COARSE_STEP + 1);
  const fineHigh = Math.min(high, coarse + COARSE_STEP - 1);
  return mostAlike(input, natural, fineLow, fineHigh, 1);
}

/** Highest normalised cross-correlation over one overlap; `step` thins places and samples alike. */
function mostAlike(
  input: Float32Array,
  natural: number,
  low: number,
  high: number,
  step: number,
): number {
  let best = low;
  let bestScore = Number.NEGATIVE_INFINITY;
  for (let start = low; start <= high; start += step) {
    let product = 0;
    let energy = 1e-9;
    for (let i = 0; i < HOP_SAMPLES; i += step) {
      const sample = input[start + i]!;
      product += sample * input[natural + i]!;
      energy += sample * sample;
    }
    const score = product / Math.sqrt(energy);
    if (score > bestScore) {
      bestScore = score;
      best = start;
    }
  }
  return best;
}
