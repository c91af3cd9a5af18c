export const WORKLET_NAME = 'tonewire-microphone';

/**
 * Runs on the browser's audio thread, which calls it for every 128 samples: gathers them into pieces of
 * 512 (32 ms at 16 kHz) and hands each on. Text, because that thread loads modules by address only.
 */
export const WORKLET_SOURCE = `
registerProcessor('${WORKLET_NAME}', class extends AudioWorkletProcessor {
  #piece = new Float32Array(512);
  #filled = 0;
  process([[samples]]) {
    if (!samples) return true;
    this.#piece.set(samples, this.#filled);
    this.#filled += samples.length;
    if (this.#filled === this.#piece.length) {
      this.port.postMessage(this.#piece, [this.#piece.buffer]);
      this.#piece = new Float32Array(512);
      this.#filled = 0;
    }
    return true;
  }
});
`;
