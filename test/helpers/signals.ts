/** Made signals, seeded where they are random. All are in −1..1. */

export function sine(frequencyHz: number, sampleRateHz: number, seconds: number, amplitude = 0.5) {
  return Float32Array.from(
    { length: Math.round(seconds * sampleRateHz) },
    (_, i) => amplitude * Math.sin((2 * Math.PI * frequencyHz * i) / sampleRateHz),
  );
}

export function silence(sampleRateHz: number, seconds: number) {
  return new Float32Array(Math.round(seconds * sampleRateHz));
}

/** White noise from a linear congruential generator (Numerical Recipes): the same every time. */
export function noise(length: number, amplitude = 0.5, seed = 1) {
  let state = seed >>> 0;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return amplitude * (state / 2 ** 31 - 1);
  });
}

/**
 * Something like a vowel: a pulse train at `pitchHz` through two resonances, swelling and fading
 * `syllablesHz` times a second.
 */
export function vowel(
  pitchHz: number,
  sampleRateHz: number,
  seconds: number,
  { amplitude = 0.3, syllablesHz = 0 } = {},
) {
  const samples = new Float32Array(Math.round(seconds * sampleRateHz));
  for (let i = 0; i < samples.length; i++) {
    const t = i / sampleRateHz;
    let value = 0;
    for (let k = 1; k * pitchHz < Math.min(3500, sampleRateHz / 2); k++) {
      const hz = k * pitchHz;
      const gain = 1 / (1 + ((hz - 600) / 250) ** 2) + 0.4 / (1 + ((hz - 1700) / 300) ** 2);
      value += (gain + 0.02) * Math.sin(2 * Math.PI * hz * t + k * k);
    }
    const envelope = syllablesHz === 0 ? 1 : 0.5 - 0.5 * Math.cos(2 * Math.PI * syllablesHz * t);
    samples[i] = amplitude * 0.5 * value * envelope;
  }
  return samples;
}

export function concat(...parts: readonly Float32Array[]) {
  const joined = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** Cuts an array at random places; an empty chunk now and then. */
export function* chunks<T extends { subarray(start: number, end: number): T; length: number }>(
  whole: T,
  sizes: readonly number[],
): Generator<T> {
  let start = 0;
  for (let i = 0; start < whole.length; i++) {
    const size = sizes.length === 0 ? whole.length : sizes[i % sizes.length]!;
    yield whole.subarray(start, start + size);
    start += size;
  }
}
