/** @echogarden/speex-resampler-wasm ships no types: these are the exports that Tonewire uses. */
declare module '@echogarden/speex-resampler-wasm/simd' {
  /** Addresses are byte offsets into the WebAssembly memory; 0 is none. */
  export interface Speex {
    /** Replaced whenever the memory grows: never keep one across a call that allocates. */
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
    _speex_resampler_destroy(state: number): void;
    _speex_resampler_reset_mem(state: number): number;
    _speex_resampler_skip_zeros(state: number): number;
    _speex_resampler_get_input_latency(state: number): number;
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
