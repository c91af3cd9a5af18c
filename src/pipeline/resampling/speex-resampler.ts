import createSpeex from '@echogarden/speex-resampler-wasm/simd';
import { TonewireError } from '../../protocol/errors.ts';
import { NO_SAMPLES, type Resampler } from './resampler.ts';

/** Of 0–10. Measured against 3 and 7 in docs/decisions/0002-resampler.md. */
const QUALITY = 5;
/** Samples that cross into WebAssembly memory at once. Fixed, so that no recording makes it grow. */
const INPUT_BLOCK_SAMPLES = 4096;
const OUTPUT_BLOCK_SAMPLES = 8192;
const BYTES_PER_FLOAT = 4;

const speex = await createSpeex();
// One set of buffers for all resamplers: a call runs to its end before the next one starts.
const inputAddress = allocate(INPUT_BLOCK_SAMPLES * BYTES_PER_FLOAT);
const outputAddress = allocate(OUTPUT_BLOCK_SAMPLES * BYTES_PER_FLOAT);
const inputLengthAddress = allocate(4);
const outputLengthAddress = allocate(4);

/** Second line of defence: WebAssembly memory is not the collector's, so a lost state would leak. */
const forgotten = new FinalizationRegistry<number>((state) =>
  speex._speex_resampler_destroy(state),
);

/** Any rate to any other by Speex's resampler. The filter's state lies in WebAssembly memory. */
export class SpeexResampler implements Resampler {
  readonly #ratio: number;
  /** Address of Speex's state; 0 once freed. */
  #state: number;
  #output = NO_SAMPLES;
  /** What the newest push gave; most give as much as the one before, so that it is seldom made anew. */
  #view = NO_SAMPLES;

  constructor(fromHz: number, toHz: number) {
    this.#ratio = toHz / fromHz;
    this.#state = speex._speex_resampler_init(1, fromHz, toHz, QUALITY, 0);
    if (this.#state === 0) throw failed(`cannot convert ${fromHz} Hz to ${toHz} Hz`);
    forgotten.register(this, this.#state, this);
  }

  get delaySamples(): number {
    return this.#state === 0 ? 0 : speex._speex_resampler_get_input_latency(this.#state);
  }

  skipDelay(): void {
    if (this.#state !== 0) speex._speex_resampler_skip_zeros(this.#state);
  }

  push(input: Float32Array): Float32Array {
    if (this.#state === 0) return NO_SAMPLES;
    const most = Math.ceil(input.length * this.#ratio) + 1;
    if (this.#output.length < most) this.#output = new Float32Array(most);
    let filled = 0;
    for (let taken = 0; taken < input.length; ) {
      const whole = taken === 0 && input.length <= INPUT_BLOCK_SAMPLES;
      const block = whole ? input : input.subarray(taken, taken + INPUT_BLOCK_SAMPLES);
      const consumed = this.#convert(block);
      // Read after the call: the views are new ones if it made the memory grow.
      const produced = speex.HEAPU32[outputLengthAddress >> 2]!;
      if (consumed + produced === 0) throw failed('neither took nor gave a sample');
      this.#output.set(outputView(produced), filled);
      taken += consumed;
      filled += produced;
    }
    const view = this.#view;
    if (view.length === filled && view.buffer === this.#output.buffer) return view;
    this.#view = this.#output.subarray(0, filled);
    return this.#view;
  }

  reset(): void {
    if (this.#state !== 0) speex._speex_resampler_reset_mem(this.#state);
  }

  free(): void {
    if (this.#state === 0) return;
    forgotten.unregister(this);
    speex._speex_resampler_destroy(this.#state);
    this.#state = 0;
    this.#output = NO_SAMPLES;
    this.#view = NO_SAMPLES;
  }

  [Symbol.dispose](): void {
    this.free();
  }

  /** Samples taken of the block: fewer than given when the output's room ran out first. */
  #convert(block: Float32Array): number {
    speex.HEAPF32.set(block, inputAddress / BYTES_PER_FLOAT);
    speex.HEAPU32[inputLengthAddress >> 2] = block.length;
    speex.HEAPU32[outputLengthAddress >> 2] = OUTPUT_BLOCK_SAMPLES;
    const error = speex._speex_resampler_process_float(
      this.#state,
      0,
      inputAddress,
      inputLengthAddress,
      outputAddress,
      outputLengthAddress,
    );
    if (error !== 0) throw failed(`error ${error}`);
    return speex.HEAPU32[inputLengthAddress >> 2]!;
  }
}

let newestOutput: Float32Array = NO_SAMPLES;

/** The first `length` samples of the output buffer. */
function outputView(length: number): Float32Array {
  const { HEAPF32 } = speex;
  if (newestOutput.length !== length || newestOutput.buffer !== HEAPF32.buffer) {
    const start = outputAddress / BYTES_PER_FLOAT;
    newestOutput = HEAPF32.subarray(start, start + length);
  }
  return newestOutput;
}

/** Size of the memory that all resamplers of the process share. It never shrinks. */
export function resamplerMemoryBytes(): number {
  return speex.HEAPF32.byteLength;
}

function allocate(bytes: number): number {
  const address = speex._malloc(bytes);
  if (address === 0) throw failed('out of memory');
  return address;
}

function failed(what: string): TonewireError {
  return new TonewireError('TW_INTERNAL', `The resampler failed: ${what}.`);
}
