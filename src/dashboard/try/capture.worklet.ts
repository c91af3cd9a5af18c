/** What the scope of an AudioWorklet has, as far as it is used; TypeScript's own library lacks it. */
declare abstract class AudioWorkletProcessor {
  readonly port: MessagePort;
  abstract process(inputs: Float32Array[][]): boolean;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

/** 100 ms at 16 kHz: ten messages a second. */
const CHUNK_SAMPLES = 1600;
const FULL_SCALE = 32_767;

/** Collects the microphone's first channel into chunks of 16-bit samples. */
class Capture extends AudioWorkletProcessor {
  #chunk = new Int16Array(CHUNK_SAMPLES);
  #filled = 0;

  process([input]: Float32Array[][]): boolean {
    for (const sample of input?.[0] ?? []) {
      this.#chunk[this.#filled++] = Math.max(-1, Math.min(1, sample)) * FULL_SCALE;
      if (this.#filled < CHUNK_SAMPLES) continue;
      this.port.postMessage(this.#chunk, [this.#chunk.buffer]);
      this.#chunk = new Int16Array(CHUNK_SAMPLES);
      this.#filled = 0;
    }
    return true;
  }
}

registerProcessor('capture', Capture);
