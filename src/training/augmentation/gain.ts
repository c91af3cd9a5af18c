/** Louder or softer by so many decibels; values may leave −1..1, as nothing before the codec clips. */
export function gain(samples: Float32Array, decibels: number): Float32Array {
  const factor = 10 ** (decibels / 20);
  return samples.map((sample) => sample * factor);
}
