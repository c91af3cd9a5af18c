/** @echogarden/speex-resampler-wasm ships no types: these are the exports that bench/resamplers.ts uses. */
declare module '@echogarden/speex-resampler-wasm/simd' {
  export interface Speex {
    readonly HEAPF32: Float32Array;
    readonly HEAPU32: Uint32Array;
    _malloc(bytes: number): number;
    _speex_resampler_init(
      channels: number,
      fromHz: number,
      toHz: number,
      quality: number,
      error: number,
    ): number;
    _speex_resampler_process_float(
      state: number,
      channel: number,
      input: number,
      inputLength: number,
      output: number,
      outputLength: number,
    ): number;
  }
  export default function createSpeex(): Promise<Speex>;
}
