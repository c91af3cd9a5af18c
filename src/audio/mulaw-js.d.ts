/** The part of mulaw-js (which ships no types) that is used: one 16-bit sample, one 8-bit code. */
declare module 'mulaw-js' {
  export function encodeSample(sample: number): number;
  export function decodeSample(code: number): number;
}
